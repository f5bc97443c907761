import { isUuid, sha256Hex } from '#base'

// 13 hex digits are 52 bits: an integer that a JavaScript number and an SQLite row hold exactly.
const KEY_DIGITS = 13

/** An integer that stands for a text in an index. Different texts may share it, so the text itself is compared too. */
export const hashKey = (text: string): number => Number.parseInt(sha256Hex(text).slice(0, KEY_DIGITS), 16)

/**
 * The same for identifiers: a text that ends in a UUIDv7 gets a key that grows with its time, so that an index of many
 * is written at its end and not all over.
 */
export function timeOrderedKey(text: string): number {
  const uuid = text.slice(-36)
  return isUuid(uuid) ? Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(15, 16), 16) : hashKey(text)
}
