import { createHmac, createSecretKey, hash } from 'node:crypto'

/** SHA-256 as 64 lower-case hex digits. Text is taken as UTF-8. */
export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer')

/**
 * A digest that says nothing about its text once the key is gone: HMAC-SHA-256, hex. The key stands beside the content
 * and is erased with it, so the ledger's digests survive an erasure without betraying what was erased.
 */
export const saltedDigest = (key: Uint8Array, text: string): string =>
  createHmac('sha256', createSecretKey(key)).update(text).digest('hex')
