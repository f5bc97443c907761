import { type KeyObject, verify } from 'node:crypto'
import { CascadeError, sha256 } from '#base'
import { isKeyName } from './note.ts'
import { importPublicKey, publicKeyBytesOf, type SigningKeyKind, signatureBytesOf } from './signing-key.ts'
import { formatBase64, parseBase64, readWireText } from './wire-text.ts'

/** A public key under the name that its signatures carry. Its bytes must not change once it has verified something. */
export interface VerifierKey {
  readonly name: string
  /** First four bytes of SHA-256 over name, newline, algorithm and public key, big-endian. */
  readonly keyHash: number
  /** A signature type of `SIGNATURE_TYPES`. */
  readonly algorithm: number
  /** Raw: 32 bytes of Ed25519, 1312 of ML-DSA-44. */
  readonly publicKey: Uint8Array
}

/** What a key may say, by the byte that stands for it in key hashes. Source: signed-note, section "Signature types". */
export const SIGNATURE_TYPES = {
  /** Ed25519 over the text. */
  ed25519: 0x01,
  /** Ed25519 over a time and the text of a checkpoint. */
  ed25519Cosignature: 0x04,
  /** ML-DSA-44 over a time and the tree head of a checkpoint. */
  mlDsa44Cosignature: 0x06,
} as const

const KEY_KINDS: ReadonlyMap<number, SigningKeyKind> = new Map([
  [SIGNATURE_TYPES.ed25519, 'ed25519'],
  [SIGNATURE_TYPES.ed25519Cosignature, 'ed25519'],
  [SIGNATURE_TYPES.mlDsa44Cosignature, 'ml-dsa-44'],
])

/**
 * Gives a public key its name and key hash.
 *
 * @throws CascadeError INTERNAL for a name that no key may have, an unknown algorithm or a key of another length.
 */
export function createVerifierKey(name: string, algorithm: number, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name) || !fitsAlgorithm(algorithm, publicKey))
    throw new CascadeError(
      'INTERNAL',
      `No verifier key has algorithm ${algorithm} and the name ${JSON.stringify(name)}.`,
    )
  return { name, keyHash: keyHashOf(name, algorithm, publicKey), algorithm, publicKey }
}

/**
 * The key as a line of configuration: `<name>+<key hash, 8 hex digits>+<Base64 of algorithm and public key>`.
 *
 * @throws CascadeError INTERNAL for a key that `parseVerifierKey` would not read.
 * @see https://c2sp.org/signed-note section "Verifier keys"
 */
export function formatVerifierKey({ name, keyHash, algorithm, publicKey }: VerifierKey): string {
  if (createVerifierKey(name, algorithm, publicKey).keyHash !== keyHash)
    throw new CascadeError('INTERNAL', `The key hash ${keyHash} is not that of the key ${name}.`)
  const material = formatBase64(Uint8Array.of(algorithm, ...publicKey))
  return `${name}+${keyHash.toString(16).padStart(8, '0')}+${material}`
}

/**
 * Reads a line of configuration. Undefined when it has another form, when the key hash is not that of the key, and for
 * algorithms other than `SIGNATURE_TYPES`.
 */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const said = readVerifierKey(text)
  return said && said.key.keyHash === said.keyHash ? said.key : undefined
}

/** Whether a line has the form of a key, and its key hash is that of another one: a character of it is wrong. */
export function isMistypedKey(text: string): boolean {
  const said = readVerifierKey(text)
  return said !== undefined && said.key.keyHash !== said.keyHash
}

/** The key of a line, and the key hash that the line says it has. */
function readVerifierKey(text: string): { readonly key: VerifierKey; readonly keyHash: number } | undefined {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(readWireText(text) ?? '')
  if (parts === null) return undefined
  const [, name = '', hex = '', base64 = ''] = parts
  const material = parseBase64(base64) ?? new Uint8Array()
  const [algorithm = 0, publicKey] = [material[0], material.subarray(1)]
  if (!isKeyName(name) || !fitsAlgorithm(algorithm, publicKey)) return undefined
  return { key: createVerifierKey(name, algorithm, publicKey), keyHash: Number.parseInt(hex, 16) }
}

/** Whether what it signs is a cosignature, which states when it was made: the key of a witness and not of a log. */
export const isCosignerKey = ({ algorithm }: VerifierKey): boolean => algorithm !== SIGNATURE_TYPES.ed25519

/** True when `key` made `signature` over `message`; false for every other signature and every key that is none. */
export function verifyWithKey(message: Uint8Array, signature: Uint8Array, key: VerifierKey): boolean {
  const kind = KEY_KINDS.get(key.algorithm)
  const publicKey = kind && signature.length === signatureBytesOf(kind) ? keyObjectOf(key, kind) : undefined
  return publicKey !== undefined && verify(null, message, publicKey, signature)
}

/** Making a key object of raw bytes costs a quarter of a verification with it, so it is kept as long as its key is. */
const keyObjects = new WeakMap<VerifierKey, KeyObject>()

function keyObjectOf(key: VerifierKey, kind: SigningKeyKind): KeyObject | undefined {
  const kept = keyObjects.get(key) ?? importPublicKey(kind, key.publicKey)
  if (kept !== undefined) keyObjects.set(key, kept)
  return kept
}

function fitsAlgorithm(algorithm: number, publicKey: Uint8Array): boolean {
  const kind = KEY_KINDS.get(algorithm)
  return kind !== undefined && publicKey.length === publicKeyBytesOf(kind)
}

function keyHashOf(name: string, algorithm: number, publicKey: Uint8Array): number {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(algorithm), publicKey])).readUInt32BE(0)
}
