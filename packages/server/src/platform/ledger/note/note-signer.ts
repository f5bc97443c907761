import { type KeyObject, sign } from 'node:crypto'
import { formatNote, type NoteSignature } from './note.ts'
import { publicKeyOfPrivate } from './signing-key.ts'
import { createVerifierKey, SIGNATURE_TYPES, type VerifierKey } from './verifier-key.ts'

/** Who signs the text of a note as it stands. */
export interface NoteSigner {
  readonly key: VerifierKey
  /** Signs any text; that it makes a note is asked by `signNote`. */
  sign(text: string): NoteSignature
}

/**
 * A signer with an Ed25519 key, under the name that its signature lines carry.
 *
 * @throws CascadeError INTERNAL for a key of another kind or a name that no key may have.
 * @see https://c2sp.org/signed-note section "Ed25519 signatures"
 */
export function createEd25519Signer(name: string, privateKey: KeyObject): NoteSigner {
  const key = createVerifierKey(name, SIGNATURE_TYPES.ed25519, publicKeyOfPrivate(privateKey, 'ed25519'))
  return {
    key,
    sign: (text) => {
      const signature = new Uint8Array(sign(null, Buffer.from(text), privateKey))
      return { name, keyHash: key.keyHash, signature }
    },
  }
}

/** The note of `text` (ends with a newline) with a line of each signer. @throws CascadeError INTERNAL as `formatNote`. */
export const signNote = (text: string, signers: readonly NoteSigner[]): string =>
  formatNote({ text, signatures: signers.map((signer) => signer.sign(text)) })
