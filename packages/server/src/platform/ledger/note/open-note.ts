import { verifyCosignature } from './cosignature.ts'
import { type NoteSignature, parseNote } from './note.ts'
import { SIGNATURE_TYPES, type VerifierKey, verifyWithKey } from './verifier-key.ts'

/** A note that at least one known key signed. */
export interface OpenedNote {
  readonly text: string
  /** The known keys that signed, each once, in the order of their lines. Whether they suffice is the caller's to say. */
  readonly verified: readonly VerifierKey[]
  /** Signatures by other keys: they prove nothing. */
  readonly unknown: readonly NoteSignature[]
}

/**
 * Reads a note and verifies every signature by one of `keys`. Undefined when it is malformed, when a signature of a known
 * key does not verify, when none of `keys` signed it, and when two different keys share a name and a key hash that it
 * carries.
 *
 * @see https://c2sp.org/signed-note section "Signatures"
 */
export function openNote(source: string | Uint8Array, keys: readonly VerifierKey[]): OpenedNote | undefined {
  const note = parseNote(source)
  if (note === undefined) return undefined
  const { text, signatures } = note
  const verified = new Set<VerifierKey>()
  const unknown: NoteSignature[] = []
  for (const signature of signatures) {
    const candidates = keys.filter((key) => isOf(signature, key))
    if (!candidates.every((key) => verifyNoteSignature(text, signature, key))) return undefined
    if (candidates[0]) verified.add(candidates[0])
    else unknown.push(signature)
  }
  return verified.size > 0 ? { text, verified: [...verified], unknown } : undefined
}

/**
 * True when `key` made the signature over the text. A cosignature counts when the text is a checkpoint; its time is given
 * by `verifyCosignature`. False for a key of an algorithm that this runtime lacks (`hasMlDsa44`).
 */
export function verifyNoteSignature(text: string, signature: NoteSignature, key: VerifierKey): boolean {
  if (key.algorithm !== SIGNATURE_TYPES.ed25519) return verifyCosignature(text, signature, key) !== undefined
  return isOf(signature, key) && text.isWellFormed() && verifyWithKey(Buffer.from(text), signature.signature, key)
}

const isOf = ({ name, keyHash }: NoteSignature, key: VerifierKey): boolean =>
  name === key.name && keyHash === key.keyHash
