import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/**
 * Shorter texts stay as they are: below about a kibibyte a frame without a dictionary saves little, and setting up its
 * compressor takes longer than writing the rest of the capsule.
 */
const COMPRESSED_FROM_BYTES = 1024

export interface EncodedContent {
  /** The text itself, or its UTF-8 bytes as a zstd frame (RFC 8878). */
  readonly stored: string | Uint8Array
  /** Length of the text in bytes of UTF-8. */
  readonly bytes: number
}

/** @param level zstd level 1-22; 0 stores every text as it is. */
export function encodeContent(text: string, level: number): EncodedContent {
  const bytes = Buffer.byteLength(text)
  if (level === 0 || bytes < COMPRESSED_FROM_BYTES) return { stored: text, bytes }
  const packed = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: level } })
  return packed.byteLength < bytes ? { stored: packed, bytes } : { stored: text, bytes }
}

export function decodeContent(stored: string | Uint8Array): string {
  return typeof stored === 'string' ? stored : zstdDecompressSync(stored).toString()
}
