import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Plain bytes of one chunk, at most: what is held in memory while a store of any size is sealed. */
export const CHUNK_BYTES_MAX = 1024 * 1024
/** Of the 96 bits of a nonce. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The fastest: pages of a store hold contents that are compressed already. */
const LEVEL = 1
/** A chunk that did not get smaller is a little longer than it was; more than this is none of ours. */
export const SEALED_CHUNK_BYTES_MAX = CHUNK_BYTES_MAX + 64 * 1024

/** Which chunk it is, and whether it is the last one: no chunk can take the place of another, or be left out. */
export interface ChunkPlace {
  readonly number: number
  readonly isLast: boolean
}

/**
 * AES-256-GCM over a chunk that is compressed first, bound to its place and to the header. A key seals one file only, so
 * that a counter makes nonces that never repeat.
 *
 * @see NIST SP 800-38D; the nonces are those of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015)
 */
export function sealChunk(key: KeyObject, header: Uint8Array, place: ChunkPlace, plain: Uint8Array): Buffer {
  const packed = zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(place), { authTagLength: TAG_BYTES }).setAAD(header)
  return Buffer.concat([cipher.update(packed), cipher.final(), cipher.getAuthTag()])
}

/** @throws an error of node:crypto or node:zlib for a chunk that is not what was sealed with this key at this place. */
export function openChunk(key: KeyObject, header: Uint8Array, place: ChunkPlace, sealed: Uint8Array): Buffer {
  const end = Math.max(0, sealed.length - TAG_BYTES)
  const cipher = createDecipheriv('aes-256-gcm', key, nonceOf(place), { authTagLength: TAG_BYTES })
  cipher.setAAD(header).setAuthTag(sealed.subarray(end))
  const packed = Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()])
  return zstdDecompressSync(packed, { maxOutputLength: CHUNK_BYTES_MAX })
}

function nonceOf({ number, isLast }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(number, 0)
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0
  return nonce
}
