import { CascadeError } from '#base'
import { isSignedCheckpoint, splitEnclosed } from './signed-checkpoint.ts'
import { areHashes, formatBase64, isCount, parseDecimal, parseHashes, readWireText } from './wire-text.ts'

/** What a log asks of a witness: to cosign a checkpoint that follows from the one it cosigned before. */
export interface AddCheckpoint {
  /** Size of the tree that the witness cosigned last; 0 for none. */
  readonly oldSize: number
  /** The consistency proof from the old size: digests of 32 bytes, at most 63. */
  readonly proof: readonly Uint8Array[]
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string
}

const OLD = 'old '

/**
 * The body of `POST <submission prefix>/add-checkpoint`.
 *
 * @throws CascadeError INTERNAL for a request that `parseAddCheckpoint` would not read.
 * @see https://c2sp.org/tlog-witness section "add-checkpoint"
 */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  const text = [`${OLD}${oldSize}`, ...proof.map(formatBase64), '', checkpoint].join('\n')
  const isRequest = isCount(oldSize) && areHashes(proof) && isSignedCheckpoint(checkpoint)
  if (isRequest && readWireText(text) !== undefined) return text
  throw new CascadeError('INTERNAL', `No request has old size ${oldSize}, ${proof.length} hashes and this checkpoint.`)
}

/**
 * Reads such a body, of at most 1,000,000 bytes. Undefined for anything else, which a witness answers with 400; what the
 * protocol answers otherwise (signatures, the old size, the proof) is the witness's to ask, an old size above that of the
 * checkpoint (400) and a proof from 0 (422) among it.
 */
export function parseAddCheckpoint(body: string | Uint8Array): AddCheckpoint | undefined {
  const parts = splitEnclosed(readWireText(body) ?? '')
  if (parts === undefined) return undefined
  const [oldLine = '', ...hashLines] = parts.lines
  const oldSize = oldLine.startsWith(OLD) ? parseDecimal(oldLine.slice(OLD.length)) : undefined
  const proof = parseHashes(hashLines)
  return oldSize === undefined || proof === undefined ? undefined : { oldSize, proof, checkpoint: parts.checkpoint }
}
