import { parseCheckpoint } from './checkpoint.ts'
import { parseNote } from './note.ts'

/** A text above a blank line, and the signed checkpoint below it: how proofs and requests carry one. */
export interface Enclosed {
  /** The lines above the blank line. */
  readonly lines: readonly string[]
  /** The note of the checkpoint, verbatim. */
  readonly checkpoint: string
}

/** True for a note whose text is a checkpoint; no signature is verified. */
export function isSignedCheckpoint(source: string): boolean {
  const note = parseNote(source)
  return note !== undefined && parseCheckpoint(note.text) !== undefined
}

/** Parts a text at its first blank line. Undefined when what follows is no signed checkpoint. */
export function splitEnclosed(text: string): Enclosed | undefined {
  const blank = text.indexOf('\n\n')
  const checkpoint = blank === -1 ? '' : text.slice(blank + 2)
  return isSignedCheckpoint(checkpoint) ? { lines: text.slice(0, blank).split('\n'), checkpoint } : undefined
}
