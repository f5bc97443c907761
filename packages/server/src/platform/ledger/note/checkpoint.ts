import { CascadeError } from '#base'
import { formatBase64, HASH_BYTES, isCount, isWireLine, parseDecimal, parseHash, readWireText } from './wire-text.ts'

/** The head of a log: what the text of a signed checkpoint says. */
export interface Checkpoint {
  /** Which log; any line that is not empty, white space and plus signs included. */
  readonly origin: string
  /** Entries of the tree, at most 2^53 - 1. */
  readonly size: number
  /** Root of the RFC 6962 tree of that size, 32 bytes. */
  readonly root: Uint8Array
  /** Further lines, opaque, none of them empty. Monitors cannot audit them, so a log should have none. */
  readonly extensions: readonly string[]
}

/**
 * The text that a log signs: origin, size, root in Base64, extensions, each with its newline.
 *
 * @throws CascadeError INTERNAL for a checkpoint that `parseCheckpoint` would not read.
 * @see https://c2sp.org/tlog-checkpoint section "Note text"
 */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const text = [origin, size, formatBase64(root), ...extensions, ''].join('\n')
  const isHead = isCount(size) && root.length === HASH_BYTES && [origin, ...extensions].every(isWireLine)
  if (isHead && readWireText(text) !== undefined) return text
  throw new CascadeError('INTERNAL', `No checkpoint has size ${size}, a root of ${root.length} bytes and these lines.`)
}

/**
 * Reads the text of a note (not the note with its signatures) as a checkpoint. Undefined for anything that
 * `formatCheckpoint` does not give: fewer than three lines, an empty line, leading zeros, a size above 2^53 - 1.
 */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = readWireText(text)?.split('\n') ?? []
  if (lines.pop() !== '' || lines.includes('')) return undefined
  const [origin, decimal = '', base64 = '', ...extensions] = lines
  const size = parseDecimal(decimal)
  const root = parseHash(base64)
  if (origin === undefined || size === undefined || root === undefined) return undefined
  return { origin, size, root, extensions }
}
