import { hash } from 'node:crypto'

/** SHA-256 as 64 lower-case hex digits. Text is taken as UTF-8. */
export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer')

const DIGEST_BYTES = 32
const BLOCK_BYTES = 64
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/**
 * A digest that says nothing about its text once the key is gone: HMAC-SHA-256, hex. The key stands beside the content
 * and is erased with it, so the ledger's digests survive an erasure without betraying what was erased.
 *
 * Made of two plain digests, for every capsule has a key of its own: what `createHmac` makes of a key lives outside the
 * heap, and taking down thousands of such objects at once lengthens the pauses of the garbage collector by milliseconds.
 *
 * @see RFC 2104 section 2
 */
export function saltedDigest(key: Uint8Array, text: string): string {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text))
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + DIGEST_BYTES)
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = short[at] ?? 0
    inner[at] = byte ^ INNER_PAD
    outer[at] = byte ^ OUTER_PAD
  }
  inner.write(text, BLOCK_BYTES)
  outer.set(sha256(inner), BLOCK_BYTES)
  return sha256Hex(outer)
}
