import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryBundle, parseEntryBundle } from './entry-bundle.ts'
import { bytesOf, hexesOf, hexOf } from './testing.ts'

const ONE = Uint8Array.of(7)

describe('refuses', () => {
  test.for([
    { name: 'an empty entry', entries: [ONE, new Uint8Array()] },
    { name: 'an entry whose length two bytes cannot count', entries: [new Uint8Array(65_536)] },
    { name: 'more entries than a tile has hashes', entries: new Array<Uint8Array>(257).fill(ONE) },
  ])('to bundle $name', ({ entries }) => {
    expect(() => entryBundle(entries)).toThrow(RangeError)
  })

  test.for([
    ['half a length', '00'],
    ['a length without an entry', '0001'],
    ['an entry that ends early', '000201'],
    ['an entry that announces the most there can be', 'ffff01'],
    ['an empty entry', '0000'],
    ['an empty entry between others', '000101' + '0000' + '000102'],
    ['half a length at the end', '00010100'],
    ['a length at the end', '0001010001'],
    ['more entries than a tile has hashes', '000107'.repeat(257)],
  ] as const)('to read %s', ([, hex]) => {
    expect(parseEntryBundle(bytesOf(hex))).toBeUndefined()
  })
})

test('each entry stands after its length, the higher byte first', () => {
  const bundle = entryBundle([bytesOf('2021'), new Uint8Array(258).fill(1)])
  expect(hexOf(bundle)).toBe(`0002${'2021'}0102${'01'.repeat(258)}`)
  expect(entryBundle([])).toEqual(new Uint8Array())
  expect(parseEntryBundle(new Uint8Array())).toEqual([])
})

test('the longest entries and the most of them come back', () => {
  const entries = Array.from({ length: 256 }, (_, index) => new Uint8Array(65_535).fill(index))
  const read = parseEntryBundle(entryBundle(entries))
  expect(read?.every((entry, index) => Buffer.compare(entry, entries[index]!) === 0)).toBe(true)
  expect(read).toHaveLength(256)
})

test('any entries come back, from the middle of other bytes too, and not when a byte is missing', () => {
  const list = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 20 })
  const law = fc.property(list, fc.nat({ max: 9 }), (entries, shift) => {
    const bundle = entryBundle(entries)
    const among = new Uint8Array(bundle.length + 20).fill(1)
    among.set(bundle, shift)
    const read = parseEntryBundle(among.subarray(shift, shift + bundle.length))
    expect(hexesOf(read!)).toEqual(hexesOf(entries))
    if (bundle.length > 0) expect(parseEntryBundle(bundle.subarray(0, -1))).toBeUndefined()
  })
  fc.assert(law, { numRuns: 1000 })
})

test('any bytes are refused or are the bundle of what is read from them', () => {
  const small = fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.nat({ max: 255 })), { maxLength: 40 })
  const law = fc.property(small, (values) => {
    const bytes = Uint8Array.from(values)
    const read = parseEntryBundle(bytes)
    if (read !== undefined) expect(hexOf(entryBundle(read))).toBe(hexOf(bytes))
  })
  fc.assert(law, { numRuns: 5000 })
})
