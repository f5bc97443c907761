import { type KeyObject, sign } from 'node:crypto'
import { CascadeError } from '#base'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { NoteSignature } from './note.ts'
import { publicKeyOfPrivate, type SigningKeyKind } from './signing-key.ts'
import { createVerifierKey, SIGNATURE_TYPES, type VerifierKey, verifyWithKey } from './verifier-key.ts'
import { isCount } from './wire-text.ts'

/** Who states to have seen that a log grew consistently up to a checkpoint, and when. */
export interface Cosigner {
  readonly key: VerifierKey
  /**
   * Cosigns the text of a checkpoint; that it is consistent with what was cosigned before is the caller's to prove.
   *
   * @param unixSeconds 0 states no time, which an Ed25519 cosigner and a witness that answers `add-checkpoint` must not.
   * @throws CascadeError INTERNAL when the text is no checkpoint, the time no whole number from 0 to 2^53 - 1, or, with
   *   ML-DSA-44, the origin longer than 255 bytes.
   */
  cosign(checkpointText: string, unixSeconds: number): NoteSignature
}

/** Gives the bytes to sign; undefined when a name is too long for them. */
type MessageOf = (text: string, checkpoint: Checkpoint, time: number, cosignerName: string) => Uint8Array | undefined

const TIME_BYTES = 8
const NAME_BYTES = 255
const SUBTREE_LABEL = 'subtree/v1\n\0'

/** Source: tlog-cosignature, sections "Ed25519 signed message" and "ML-DSA-44 signed message". */
const MESSAGES: ReadonlyMap<number, MessageOf> = new Map<number, MessageOf>([
  [SIGNATURE_TYPES.ed25519Cosignature, (text, _, time) => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)],
  [SIGNATURE_TYPES.mlDsa44Cosignature, (_, checkpoint, time, name) => subtreeMessage(checkpoint, time, name)],
])

const COSIGNER_TYPES: Readonly<Record<SigningKeyKind, number>> = {
  ed25519: SIGNATURE_TYPES.ed25519Cosignature,
  'ml-dsa-44': SIGNATURE_TYPES.mlDsa44Cosignature,
}

/**
 * A cosigner with an Ed25519 key, or with an ML-DSA-44 key where the runtime has them (`hasMlDsa44`). An Ed25519 key must
 * serve one name only: its message does not hold the name. ML-DSA-44 signatures differ from call to call.
 *
 * @throws CascadeError INTERNAL for a key of another kind or a name that no key may have.
 */
export function createCosigner(name: string, privateKey: KeyObject): Cosigner {
  const kind: SigningKeyKind = privateKey.asymmetricKeyType === 'ml-dsa-44' ? 'ml-dsa-44' : 'ed25519'
  const key = createVerifierKey(name, COSIGNER_TYPES[kind], publicKeyOfPrivate(privateKey, kind))
  const cosign = (checkpointText: string, unixSeconds: number): NoteSignature => {
    const message = isCount(unixSeconds) ? messageOf(checkpointText, unixSeconds, key) : undefined
    if (message === undefined)
      throw new CascadeError('INTERNAL', `No cosignature by ${name} at ${unixSeconds} s can be made over this text.`)
    const signature = Buffer.concat([uint64(unixSeconds), sign(null, message, privateKey)])
    return { name, keyHash: key.keyHash, signature: new Uint8Array(signature) }
  }
  return { key, cosign }
}

/**
 * When `key` cosigned the checkpoint, in seconds since the Epoch; 0 when it stated no time. Undefined when it did not:
 * another key, another text, a text that is no checkpoint, a time above 2^53 - 1. Whether the time lies in the future is
 * the caller's to ask. With ML-DSA-44 nothing is stated of extension lines.
 */
export function verifyCosignature(
  checkpointText: string,
  { name, keyHash, signature }: NoteSignature,
  key: VerifierKey,
): { readonly time: number } | undefined {
  if (name !== key.name || keyHash !== key.keyHash || signature.length <= TIME_BYTES) return undefined
  const time = Number(new DataView(signature.buffer, signature.byteOffset, TIME_BYTES).getBigUint64(0))
  const message = isCount(time) ? messageOf(checkpointText, time, key) : undefined
  const isMade = message !== undefined && verifyWithKey(message, signature.subarray(TIME_BYTES), key)
  return isMade ? { time } : undefined
}

function messageOf(text: string, time: number, key: VerifierKey): Uint8Array | undefined {
  const checkpoint = parseCheckpoint(text)
  return checkpoint && MESSAGES.get(key.algorithm)?.(text, checkpoint, time, key.name)
}

/** The structure `cosigned_message` for a whole tree: from 0 to its size. */
function subtreeMessage({ origin, size, root }: Checkpoint, time: number, name: string): Uint8Array | undefined {
  const [cosigner, log] = [opaque(name), opaque(origin)]
  if (cosigner === undefined || log === undefined) return undefined
  return Buffer.concat([Buffer.from(SUBTREE_LABEL), cosigner, uint64(time), log, uint64(0), uint64(size), root])
}

/** `opaque<1..255>`: one byte of length, then the text (RFC 8446 section 3.4). */
function opaque(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text)
  return bytes.length > NAME_BYTES ? undefined : Buffer.concat([Uint8Array.of(bytes.length), bytes])
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
