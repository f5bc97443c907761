import { createPublicKey, type KeyObject } from 'node:crypto'
import { CascadeError, lazy } from '#base'

/** The kinds of key that sign notes, by the name that node:crypto gives them. */
export type SigningKeyKind = 'ed25519' | 'ml-dsa-44'

/**
 * Sizes in bytes, and what stands before the raw public key in its SubjectPublicKeyInfo, hex.
 *
 * Source: RFC 8410 section 4 and RFC 8032 section 5.1 (Ed25519), RFC 9881 section 4 and FIPS 204 table 2 (ML-DSA-44).
 */
const KINDS = {
  ed25519: { publicKeyBytes: 32, signatureBytes: 64, spkiStart: '302a300506032b6570032100' },
  'ml-dsa-44': {
    publicKeyBytes: 1312,
    signatureBytes: 2420,
    spkiStart: '30820532300b06096086480165030403110382052100',
  },
} as const satisfies Record<SigningKeyKind, object>

export const publicKeyBytesOf = (kind: SigningKeyKind): number => KINDS[kind].publicKeyBytes

export const signatureBytesOf = (kind: SigningKeyKind): number => KINDS[kind].signatureBytes

/**
 * The raw public key (32 bytes, RFC 8032) of an Ed25519 key, private or public.
 *
 * @throws CascadeError INTERNAL for a key of another kind.
 */
export const ed25519PublicKey = (key: KeyObject): Uint8Array => rawPublicKey(key, 'ed25519')

/** The raw public key that belongs to a private key. @throws CascadeError INTERNAL for a public key or one of another kind. */
export function publicKeyOfPrivate(key: KeyObject, kind: SigningKeyKind): Uint8Array {
  if (key.type !== 'private') throw new CascadeError('INTERNAL', `Expected a private key, got a ${key.type} one.`)
  return rawPublicKey(key, kind)
}

function rawPublicKey(key: KeyObject, kind: SigningKeyKind): Uint8Array {
  if (key.asymmetricKeyType !== kind)
    throw new CascadeError('INTERNAL', `Expected a key of kind ${kind}, got ${key.asymmetricKeyType ?? key.type}.`)
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return new Uint8Array(der.subarray(KINDS[kind].spkiStart.length / 2))
}

/** The key that node:crypto verifies with. Undefined when the bytes are too few or too many, or the runtime lacks the kind. */
export function importPublicKey(kind: SigningKeyKind, raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== publicKeyBytesOf(kind) || (kind === 'ml-dsa-44' && !hasMlDsa44())) return undefined
  return fromSpki(kind, raw)
}

/** True when this runtime can make and verify ML-DSA-44 signatures: Node 24.6 or later, built with OpenSSL 3.5. */
export const hasMlDsa44: () => boolean = lazy(() => {
  try {
    return fromSpki('ml-dsa-44', new Uint8Array(publicKeyBytesOf('ml-dsa-44'))).asymmetricKeyType === 'ml-dsa-44'
  } catch {
    return false
  }
})

const fromSpki = (kind: SigningKeyKind, raw: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([Buffer.from(KINDS[kind].spkiStart, 'hex'), raw]),
    type: 'spki',
    format: 'der',
  })
