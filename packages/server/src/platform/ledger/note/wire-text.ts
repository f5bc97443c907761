import { isUtf8 } from 'node:buffer'

/** Longest note, proof or request that is read or written, in bytes. Source: the limit of Go's `note.Open`. */
export const WIRE_BYTES = 1_000_000

/** Hashes of a path through a tree of up to 2^63 entries. Source: tlog-witness, add-checkpoint. */
export const PROOF_HASHES = 63

export const HASH_BYTES = 32

const CONTROL = /[\0-\x09\x0b-\x1f]/
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/**
 * The text of a source: UTF-8, no longer than `WIRE_BYTES`, without control characters below 0x20 other than newline.
 * Undefined for anything else. A byte order mark stays part of the text, for it is part of what was signed.
 */
export function readWireText(source: string | Uint8Array): string | undefined {
  // A UTF-16 unit is one byte of UTF-8 at least, so length alone refuses a huge text before it is walked.
  if (source.length > WIRE_BYTES) return undefined
  const text = typeof source === 'string' ? source : decodeUtf8(source)
  return text !== undefined && isWireText(text) ? text : undefined
}

const decodeUtf8 = (bytes: Uint8Array): string | undefined =>
  isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : undefined

const isWireText = (text: string): boolean =>
  text.isWellFormed() && !CONTROL.test(text) && Buffer.byteLength(text) <= WIRE_BYTES

/** One line of such a text, without its newline; an empty line is none. */
export const isWireLine = (line: string): boolean => line !== '' && !line.includes('\n') && isWireText(line)

/** Canonical Base64 (RFC 4648 sections 3.5 and 4), at least one byte. Undefined for any other spelling of the bytes. */
export function parseBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

export const formatBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** An ASCII decimal without leading zeros, at most 2^53 - 1. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/** What `parseDecimal` can read again. */
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** A SHA-256 digest in Base64. */
export function parseHash(text: string): Uint8Array | undefined {
  const hash = parseBase64(text)
  return hash?.length === HASH_BYTES ? hash : undefined
}

/** One digest a line, at most `PROOF_HASHES`; undefined when a line is anything else. */
export function parseHashes(lines: readonly string[]): readonly Uint8Array[] | undefined {
  if (lines.length > PROOF_HASHES) return undefined
  const hashes = lines.map(parseHash).filter((hash) => hash !== undefined)
  return hashes.length === lines.length ? hashes : undefined
}

export const areHashes = (hashes: readonly Uint8Array[]): boolean =>
  hashes.length <= PROOF_HASHES && hashes.every(({ length }) => length === HASH_BYTES)
