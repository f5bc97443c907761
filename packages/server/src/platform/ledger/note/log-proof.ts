import { CascadeError } from '#base'
import { isSignedCheckpoint, splitEnclosed } from './signed-checkpoint.ts'
import { areHashes, formatBase64, isCount, parseBase64, parseDecimal, parseHashes, readWireText } from './wire-text.ts'

/** What proves offline that an entry is in a log. Parsing it proves nothing yet. */
export interface LogProof {
  /** Of the entry, from 0. */
  readonly index: number
  /** The inclusion proof: siblings of 32 bytes from the leaf upward, at most 63. */
  readonly hashes: readonly Uint8Array[]
  /** The signed checkpoint, verbatim, with whatever cosignatures it has. */
  readonly checkpoint: string
  /** What the application added; nothing authenticates it. Absent when empty. */
  readonly extra?: Uint8Array
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const EXTRA = 'extra '
const INDEX = 'index '

/**
 * The proof as a `.tlog-proof` file.
 *
 * @throws CascadeError INTERNAL for a proof that `parseLogProof` would not read.
 * @see https://c2sp.org/tlog-proof section "Format"
 */
export function formatLogProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const extras = extra?.length ? [`${EXTRA}${formatBase64(extra)}`] : []
  const lines = [HEADER, ...extras, `${INDEX}${index}`, ...hashes.map(formatBase64), '', checkpoint]
  const text = lines.join('\n')
  const isProof = isCount(index) && areHashes(hashes) && isSignedCheckpoint(checkpoint)
  if (isProof && readWireText(text) !== undefined) return text
  throw new CascadeError('INTERNAL', `No proof has index ${index}, these ${hashes.length} hashes and this checkpoint.`)
}

/**
 * Reads a `.tlog-proof` file of at most 1,000,000 bytes. Undefined for anything that `formatLogProof` does not give; a
 * checkpoint whose lines are malformed counts as that. Signatures and the inclusion of the entry are not verified.
 */
export function parseLogProof(source: string | Uint8Array): LogProof | undefined {
  const parts = splitEnclosed(readWireText(source) ?? '')
  if (parts === undefined) return undefined
  const [header, ...rest] = parts.lines
  const extra = rest[0]?.startsWith(EXTRA) ? parseBase64(rest.shift()?.slice(EXTRA.length) ?? '') : new Uint8Array()
  const [indexLine = '', ...hashLines] = rest
  const index = indexLine.startsWith(INDEX) ? parseDecimal(indexLine.slice(INDEX.length)) : undefined
  const hashes = parseHashes(hashLines)
  if (header !== HEADER || extra === undefined || index === undefined || hashes === undefined) return undefined
  return { index, hashes, checkpoint: parts.checkpoint, ...(extra.length > 0 && { extra }) }
}
