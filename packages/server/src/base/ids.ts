import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'
import { CascadeError } from './error.ts'

/** Fills the array with random bytes; an argument so that tests can repeat a run. */
export type Random = (into: Uint8Array) => Uint8Array

/** A call to the system costs about 10 µs whatever it asks for, and an id needs 16 bytes. */
const POOL_BYTES = 4096
const pool = Buffer.alloc(POOL_BYTES)
let poolUsed = POOL_BYTES

/** Bytes of the system's generator; small requests are cut from a pool of them, and no byte is handed out twice. */
export const systemRandom: Random = (into) => {
  if (into.byteLength > POOL_BYTES / 16) return randomFillSync(into)
  if (poolUsed + into.byteLength > POOL_BYTES) {
    randomFillSync(pool)
    poolUsed = 0
  }
  const end = poolUsed + into.byteLength
  into.set(pool.subarray(poolUsed, end))
  pool.fill(0, poolUsed, end)
  poolUsed = end
  return into
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** True for a lower-case UUID of any version (RFC 9562); the API writes and takes no other spelling. */
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text)

/** The last millisecond that 48 bits can hold: in the year 10889. */
const MS_MAX = 2 ** 48 - 1
const COUNTER_MAX = 0xfff

/**
 * Makes UUIDv7 (RFC 9562 section 5.7) that grow strictly from call to call, also when the clock stands still or jumps
 * backwards: the last time is kept and a 12-bit counter counts within it, then the time is carried forward by one.
 *
 * @throws CascadeError INTERNAL for a time that 48 bits cannot hold, at each call: ids that start anew would not grow.
 */
export function createUuidV7(clock: Clock, random: Random): () => string {
  let lastMs = 0
  let counter = -1
  const bytes = new Uint8Array(16)
  return () => {
    const now = readMs(clock)
    if (now > lastMs || counter === COUNTER_MAX) {
      lastMs = within48Bits(Math.max(now, lastMs + 1))
      counter = 0
    } else counter += 1
    random(bytes)
    writeMs(bytes, lastMs)
    bytes[6] = 0x70 | (counter >> 8)
    bytes[7] = counter & 0xff
    bytes[8] = 0x80 | (bytes[8]! & 0x3f)
    return formatUuid(bytes)
  }
}

/** Whole milliseconds: parts of one would order two ids whose bytes are the same. */
const readMs = (clock: Clock): number => Math.floor(clock())

function within48Bits(ms: number): number {
  if (ms <= MS_MAX) return ms
  throw new CascadeError(
    'INTERNAL',
    `The clock says ${ms} ms, which a UUIDv7 cannot hold; set the clock of the machine.`,
  )
}

function writeMs(bytes: Uint8Array, ms: number): void {
  for (let index = 5, rest = ms; index >= 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest % 256
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

/** The 16 bytes of a UUID in its usual spelling, which the caller has made sure of (`isUuid`). */
export const uuidBytes = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')
