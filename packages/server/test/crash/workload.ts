import { hash } from 'node:crypto'

/** What one command of the campaign does. `id` is the capsule it is about. */
export type Step =
  | { readonly kind: 'create'; readonly id: string }
  /** One command that makes two capsules and a link between them: all three or none may survive. */
  | { readonly kind: 'pair'; readonly id: string; readonly partner: string }
  | { readonly kind: 'version'; readonly id: string; readonly version: string }
  | { readonly kind: 'trust'; readonly id: string; readonly reason: string }
  | { readonly kind: 'link'; readonly id: string; readonly to: string }

/** What the writer prints once the receipt of a command is there. */
export interface Ack {
  readonly command: string
  readonly sequence: number
  readonly step: Step
}

export const MODEL = 'crash'
export const DIMENSIONS = 16
const WORDS = 40

/** The tag by which the examiner knows the other half of a pair. */
export const pairTag = (partner: string): string => `pair:${partner}`

/** The text of a version follows from its name, so that whoever finds it knows whether it is whole. */
export function contentOf(id: string, version: string): string {
  const digits = hash('sha512', `${id}@${version}`)
  const words = Array.from({ length: WORDS }, (_, at) => `w${digits.slice(at * 3, at * 3 + 3)}`)
  return `${words.join(' ')} end of ${id} ${version}`
}

/** The vector of a version, like its text. */
export function vectorOf(id: string, version: string): Float32Array {
  const bytes = hash('sha256', `vector of ${id}@${version}`, 'buffer')
  return Float32Array.from({ length: DIMENSIONS }, (_, at) => (bytes[at] ?? 0) - 127.5)
}

/** The acknowledgements among the lines of a writer that was killed; its last line may have been cut. */
export function parseAcks(output: string): readonly Ack[] {
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
  // Whole lines were written by the writer of this folder, from values of this type.
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Ack)
}
