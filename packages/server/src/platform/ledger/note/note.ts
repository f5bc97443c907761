import { CascadeError } from '#base'
import { formatBase64, parseBase64, readWireText } from './wire-text.ts'

/** What one key says of a text. It proves nothing before it is verified. */
export interface NoteSignature {
  /** Name of the key, without white space and plus signs. */
  readonly name: string
  /** First four bytes of the key's digest, big-endian; with the name it tells which key to verify with. */
  readonly keyHash: number
  /** What the algorithm of the key gave, at least one byte. */
  readonly signature: Uint8Array
}

/** A text and its signatures, none of them verified. */
export interface Note {
  /** Ends with a newline. */
  readonly text: string
  /** From 1 to 100, in the order of their lines. */
  readonly signatures: readonly NoteSignature[]
}

/** Signatures that a note may carry: as many as Go's `note.Open` reads, more than the 16 that the format asks for. */
const SIGNATURES_PER_NOTE = 100
const KEY_HASH_BYTES = 4
const LINE_START = '— '
const KEY_NAME = /^[^\p{White_Space}+]+$/u

/** Names of keys: not empty, no Unicode white space, no plus sign. */
export const isKeyName = (name: string): boolean => KEY_NAME.test(name) && readWireText(name) !== undefined

/**
 * The note as it is sent and kept: the text, a blank line, one line for each signature.
 *
 * @throws CascadeError INTERNAL for a note that `parseNote` would not read.
 * @see https://c2sp.org/signed-note section "Format"
 */
export function formatNote(note: Note): string {
  const source = `${note.text}\n${note.signatures.map(formatNoteSignature).join('')}`
  const { length } = note.signatures
  const fits = length > 0 && length <= SIGNATURES_PER_NOTE && readWireText(source) !== undefined
  if (fits && note.text.endsWith('\n')) return source
  throw new CascadeError('INTERNAL', `A note is at most 1,000,000 bytes of lines with 1-100 signatures, not ${length}.`)
}

/**
 * The line of one signature, with its newline: what a witness answers with.
 *
 * @throws CascadeError INTERNAL for a name, key hash or signature that no line can hold.
 */
export function formatNoteSignature({ name, keyHash, signature }: NoteSignature): string {
  const isHash = Number.isInteger(keyHash) && keyHash >= 0 && keyHash <= 0xffff_ffff
  if (!isKeyName(name) || !isHash || signature.length === 0)
    throw new CascadeError('INTERNAL', `No signature line can hold ${JSON.stringify({ name, keyHash })}.`)
  const bytes = new Uint8Array(KEY_HASH_BYTES + signature.length)
  new DataView(bytes.buffer).setUint32(0, keyHash)
  bytes.set(signature, KEY_HASH_BYTES)
  return `${LINE_START}${name} ${formatBase64(bytes)}\n`
}

/**
 * Reads a note without verifying it; the text must not be believed before `openNote` has.
 *
 * Undefined for anything that `formatNote` does not give: more than 1,000,000 bytes or 100 signatures, other than UTF-8,
 * control characters, no blank line, a name or Base64 of another spelling, something behind the last signature.
 *
 * @see https://c2sp.org/signed-note section "Format"
 */
export function parseNote(source: string | Uint8Array): Note | undefined {
  const all = readWireText(source)
  const blank = all?.lastIndexOf('\n\n') ?? -1
  if (all === undefined || blank === -1 || !all.endsWith('\n')) return undefined
  const lines = all.slice(blank + 2, -1).split('\n', SIGNATURES_PER_NOTE + 1)
  if (lines.length > SIGNATURES_PER_NOTE) return undefined
  const signatures = lines.map(parseLine).filter((signature) => signature !== undefined)
  return signatures.length === lines.length ? { text: all.slice(0, blank + 1), signatures } : undefined
}

function parseLine(line: string): NoteSignature | undefined {
  const [name = '', base64 = '', ...rest] = line.slice(LINE_START.length).split(' ')
  if (!line.startsWith(LINE_START) || !isKeyName(name) || rest.length > 0) return undefined
  const bytes = parseBase64(base64)
  if (bytes === undefined || bytes.length <= KEY_HASH_BYTES) return undefined
  return { name, keyHash: new DataView(bytes.buffer).getUint32(0), signature: bytes.subarray(KEY_HASH_BYTES) }
}
