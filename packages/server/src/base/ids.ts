import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Fills the array with random bytes; an argument so that tests can repeat a run. */
export type Random = (into: Uint8Array) => Uint8Array

export const systemRandom: Random = (into) => randomFillSync(into)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** True for a lower-case UUID of any version (RFC 9562); the API writes and takes no other spelling. */
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text)

/**
 * Makes UUIDv7 (RFC 9562 section 5.7) that grow strictly within one process, also when the clock stands still or jumps
 * backwards: the last time is kept and a 12-bit counter counts within it.
 */
export function createUuidV7(clock: Clock, random: Random): () => string {
  let lastMs = 0
  let counter = 0
  const bytes = new Uint8Array(16)
  return () => {
    const now = clock()
    if (now > lastMs) {
      lastMs = now
      counter = 0
    } else if (++counter > 0xfff) {
      lastMs += 1
      counter = 0
    }
    random(bytes)
    let ms = lastMs
    for (let index = 5; index >= 0; index--) {
      bytes[index] = ms % 256
      ms = Math.floor(ms / 256)
    }
    bytes[6] = 0x70 | (counter >> 8)
    bytes[7] = counter & 0xff
    bytes[8] = 0x80 | (bytes[8]! & 0x3f)
    return formatUuid(bytes)
  }
}

/** The 8-4-4-4-12 spelling of 16 bytes. */
export function formatUuid(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-'
    text += HEX[bytes[index]!]
  }
  return text
}

/** The 16 bytes of a UUID in its usual spelling. */
export const uuidBytes = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')
