import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTilePath, TILE_HEIGHT, TILE_WIDTH, type TilePath, tilePath } from './tile-path.ts'

describe('no tile is read from', () => {
  test.for([
    '',
    'tile',
    'tile/0',
    'tile/0/',
    '/tile/0/000',
    'tile/0/000/',
    ' tile/0/000',
    'tile/0/000\n',
    'tile/0/000?',
    'Tile/0/000',
    'tile//000',
    // Levels.
    'tile/00/000',
    'tile/01/000',
    'tile/64/000',
    'tile/100/000',
    'tile/-1/000',
    'tile/+1/000',
    'tile/1.0/000',
    'tile/entry/000',
    'tile/data/000',
    'tile/ENTRIES/000',
    // Indexes.
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000',
    'tile/0/x000/000',
    'tile/0/x000/001',
    'tile/0/x000/x001/234',
    'tile/0/001/234',
    'tile/0/X001/234',
    'tile/0/x001/x234',
    'tile/0/x01/234',
    'tile/0/x0012/234',
    'tile/0/x001//234',
    'tile/0/-01',
    'tile/0/1e3',
    'tile/0/0x1',
    'tile/0/٠٠٠',
    'tile/0/../000',
    'tile/0/%30%30%30',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/x001/x000/x000/x000/x000/x000/000',
    // Widths.
    'tile/0/000.p',
    'tile/0/000.p/',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/001',
    'tile/0/000.p/256',
    'tile/0/000.p/257',
    'tile/0/000.p/999',
    'tile/0/000.p/1000',
    'tile/0/000.p/-1',
    'tile/0/000.p/1.5',
    'tile/0/000.p/1/',
    'tile/0/000.p/1.p/1',
    'tile/0/000.P/1',
    'tile/0/000/p/1',
  ])('%j', (path) => {
    expect(parseTilePath(path)).toBeUndefined()
  })

  test('a path of ten million characters, at once', () => {
    const started = performance.now()
    expect(parseTilePath(`tile/0/${'x000/'.repeat(2_000_000)}000`)).toBeUndefined()
    expect(parseTilePath(`tile/0/${'0'.repeat(10_000_000)}`)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

test.for<TilePath>([
  { level: -1, index: 0, width: 1 },
  { level: 64, index: 0, width: 1 },
  { level: 0.5, index: 0, width: 1 },
  { level: Number.NaN, index: 0, width: 1 },
  { level: 0, index: -1, width: 1 },
  { level: 0, index: 1.5, width: 1 },
  { level: 'entries', index: 2 ** 53, width: 1 },
  { level: 0, index: 0, width: 0 },
  { level: 0, index: 0, width: 257 },
  { level: 'entries', index: 0, width: 1.5 },
  { level: 0, index: 0, width: Number.NaN },
])('there is no path to %o', (tile) => {
  expect(() => tilePath(tile)).toThrow(RangeError)
})

test.for<[string, TilePath]>([
  ['tile/0/000', { level: 0, index: 0, width: TILE_WIDTH }],
  ['tile/0/999.p/255', { level: 0, index: 999, width: 255 }],
  ['tile/1/x001/000.p/1', { level: 1, index: 1000, width: 1 }],
  ['tile/3/x001/x234/067', { level: 3, index: 1_234_067, width: TILE_WIDTH }],
  ['tile/63/x001/x000/000.p/10', { level: 63, index: 1_000_000, width: 10 }],
  ['tile/entries/x999/x999/999', { level: 'entries', index: 999_999_999, width: TILE_WIDTH }],
  ['tile/entries/x009/x007/x199/x254/x740/991.p/99', { level: 'entries', index: 2 ** 53 - 1, width: 99 }],
])('%s is a path in its one spelling', ([path, tile]) => {
  expect(tilePath(tile)).toBe(path)
  expect(parseTilePath(path)).toEqual(tile)
})

test('every tile has a path that leads back to it, and a path of the same shape is read only when it is that one', () => {
  const tile = fc.record({
    level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
    index: fc.oneof(fc.maxSafeNat(), fc.nat({ max: 5000 })),
    width: fc.integer({ min: 1, max: TILE_WIDTH }),
  })
  const back = fc.property(tile, (given) => {
    expect(parseTilePath(tilePath(given))).toEqual(given)
  })
  fc.assert(back, { numRuns: 3000 })
  const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0012x/.p'), maxLength: max })
  const only = fc.property(digits(2), digits(14), digits(3), (level, index, width) => {
    for (const path of [`tile/${level}/${index}`, `tile/${level}/${index}.p/${width}`, `tile/entries/${index}`]) {
      const read = parseTilePath(path)
      if (read !== undefined) expect(tilePath(read)).toBe(path)
    }
  })
  fc.assert(only, { numRuns: 3000 })
})

test('a tile is as wide as its height makes it', () => {
  expect(2 ** TILE_HEIGHT).toBe(TILE_WIDTH)
})
