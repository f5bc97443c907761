import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BandIndex } from './band-index.ts'

test('any sequence of entries is found again, newest first, and nothing else is', () => {
  const band = fc.integer({ min: 0, max: 30 }).map((value) => value * 2 ** 40 + value)
  const law = fc.property(fc.array(band, { maxLength: 200 }), (bands) => {
    const index = new BandIndex()
    for (const [version, key] of bands.entries()) index.add(key, version)
    for (const wanted of new Set([...bands, 7])) {
      const holders = bands.flatMap((key, version) => (key === wanted ? [version] : [])).reverse()
      expect(index.find(wanted, 16)).toEqual(holders.slice(0, 16))
    }
  })
  fc.assert(law)
})

test('stays right when it grows, and when what was added last is taken back', () => {
  const index = new BandIndex()
  for (let version = 0; version < 40_000; version++) index.add(version * 2 ** 33 + 5, version)
  index.shrinkTo(20_000)
  expect(index.find(19_999 * 2 ** 33 + 5, 4)).toEqual([19_999])
  expect(index.find(20_000 * 2 ** 33 + 5, 4)).toEqual([])
  index.add(20_000 * 2 ** 33 + 5, 1)
  expect(index.find(20_000 * 2 ** 33 + 5, 4)).toEqual([1])
})

test('a band that everybody shares gives its newest few, and stays cheap', () => {
  const index = new BandIndex()
  for (let version = 0; version < 100_000; version++) index.add(42, version)
  expect(index.find(42, 3)).toEqual([99_999, 99_998, 99_997])
})
