import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCascadeError } from './error.ts'
import { createUuidV7, formatUuid, isUuid, type Random, systemRandom, uuidBytes } from './ids.ts'

const MS_MAX = 2 ** 48 - 1
const NOW = 1_772_355_600_000
const zeros: Random = (into) => into.fill(0)
const ones: Random = (into) => into.fill(0xff)

const msOf = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)

/** Ids made at each of the times, in their order. */
function idsAt(times: readonly number[], random: Random = systemRandom): string[] {
  let at = 0
  const newId = createUuidV7(() => times[at++] ?? 0, random)
  return times.map(() => newId())
}

const isStrictlySorted = (ids: readonly string[]): boolean =>
  ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))

describe('UUIDv7', () => {
  test.for([
    { name: 'stands still for longer than the counter reaches', times: Array.from({ length: 10_000 }, () => NOW) },
    { name: 'jumps back by an hour', times: [NOW, NOW - 3_600_000, NOW - 3_599_999, NOW + 1] },
    { name: 'stands at 1970', times: [0, 0, 0] },
    { name: 'is before 1970', times: [-5, -4, -3] },
    { name: 'counts parts of a millisecond', times: [NOW, NOW + 0.2, NOW + 0.4, NOW + 0.9, NOW + 1.1] },
    { name: 'says nothing', times: [NOW, Number.NaN, Number.NaN, NOW] },
    { name: 'catches up with what was carried forward', times: [...Array(5000).fill(NOW), NOW + 1, NOW + 2] },
  ])('grow strictly when the clock $name, whatever the random part', ({ times }) => {
    // Random bytes that fall from id to id: only time and counter can keep the order.
    let byte = 256
    const falling: Random = (into) => {
      byte = (byte + 255) % 256
      return into.fill(byte)
    }
    const ids = idsAt(times, falling)
    expect(isStrictlySorted(ids)).toBe(true)
    expect(ids.every(isUuid)).toBe(true)
  })

  test('grow strictly under any clock', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10, max: MS_MAX - 10 }), { maxLength: 50 }), (times) => {
        expect(isStrictlySorted(idsAt(times))).toBe(true)
      }),
    )
  })

  test('carry the time on by one when 4096 of them fall into a millisecond', () => {
    const ids = idsAt(Array.from({ length: 4097 }, () => NOW))
    expect(ids.slice(0, 4096).map(msOf)).toEqual(Array.from({ length: 4096 }, () => NOW))
    expect(ids.slice(4095).map((id) => id.slice(14, 18))).toEqual(['7fff', '7000'])
    expect(msOf(ids[4096] ?? '')).toBe(NOW + 1)
  })

  test('refuse a time beyond 48 bits and go on when the clock is right again', () => {
    let now = MS_MAX + 1
    const newId = createUuidV7(() => now, zeros)
    const attempts = [newId, newId].map((attempt) => {
      try {
        return attempt()
      } catch (error) {
        return isCascadeError(error) ? error.code : error
      }
    })
    expect(attempts).toEqual(['INTERNAL', 'INTERNAL'])
    now = MS_MAX
    expect(newId()).toBe('ffffffff-ffff-7000-8000-000000000000')
    for (let more = 1; more < 4096; more++) newId()
    expect(newId).toThrowError(String(MS_MAX + 1)) // the counter of the last millisecond there is has run out
  })

  test.for([
    { random: zeros, id: '019ca8c7-3d80-7000-8000-000000000000' },
    { random: ones, id: '019ca8c7-3d80-7000-bfff-ffffffffffff' },
  ])('carry version 7 and variant 10 over any random bits: $id', ({ random, id }) => {
    expect(createUuidV7(() => 0x019ca8c73d80, random)()).toBe(id)
  })
})

// RFC 9562 appendix A.6: the example of a UUIDv7, field by field.
test('the published example of a UUIDv7 is written and read', () => {
  const [ms, randA, randB] = [0x017f22e279b0, 0xcc3, 0x18c4dc0c0c07398fn]
  const bits = (BigInt(ms) << 80n) | (7n << 76n) | (BigInt(randA) << 64n) | (2n << 62n) | randB
  const bytes = Buffer.from(bits.toString(16).padStart(32, '0'), 'hex')
  expect(formatUuid(bytes)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  expect(Buffer.from(uuidBytes('017f22e2-79b0-7cc3-98c4-dc0c0c07398f'))).toEqual(bytes)
  expect(msOf('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(Date.UTC(2022, 1, 22, 19, 22, 22))
})

test('bytes and spelling are each other’s inverse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      expect(new Uint8Array(uuidBytes(formatUuid(bytes)))).toEqual(bytes)
    }),
  )
})

test.for([
  ['', false],
  [' 017f22e2-79b0-7cc3-98c4-dc0c0c07398f', false],
  ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n', false],
  ['017F22E2-79B0-7CC3-98C4-DC0C0C07398F', false],
  ['017f22e279b07cc398c4dc0c0c07398f', false],
  ['{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}', false],
  ['017f22e2-79b0-9cc3-98c4-dc0c0c07398f', false], // version 9
  ['017f22e2-79b0-7cc3-c8c4-dc0c0c07398f', false], // variant 110
  ['00000000-0000-0000-0000-000000000000', false],
  [['017f22e2-79b0-7cc3-98c4-dc0c0c07398f'], false],
  [null, false],
  ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f', true],
  ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6', true], // version 1: the example of RFC 4122
] as const)('%j as a UUID: %s', ([value, expected]) => {
  expect(isUuid(value)).toBe(expected)
})
