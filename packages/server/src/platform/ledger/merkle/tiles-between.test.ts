import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_SIZES } from './testing.ts'
import { tilePath } from './tile-path.ts'
import { tilesBetween } from './tiles-between.ts'

const pathsBetween = (from: number, to: number): readonly string[] => tilesBetween(from, to).map(tilePath)

/** Every tile of a tree of `size` leaves, level by level, as the specification has it. */
function pathsOf(size: number): readonly string[] {
  const rows: [number | 'entries', number][] = [['entries', size]]
  for (let level = 0, row = size; row > 0; level++, row = Math.floor(row / 256)) rows.push([level, row])
  return rows.flatMap(([level, row]) => {
    const full = Array.from({ length: Math.floor(row / 256) }, (_, index) => tilePath({ level, index, width: 256 }))
    const partial = { level, index: full.length, width: row % 256 }
    return row % 256 === 0 ? full : [...full, tilePath(partial)]
  })
}

test.for([...NO_SIZES, 8])('a tree does not grow from %d leaves to 7', (none) => {
  expect(() => tilesBetween(none, 7)).toThrow(RangeError)
  if (none !== 8) expect(() => tilesBetween(0, none)).toThrow(RangeError)
})

test.for([
  { from: 0, to: 0, paths: [] },
  { from: 300, to: 300, paths: [] },
  { from: 0, to: 1, paths: ['tile/entries/000.p/1', 'tile/0/000.p/1'] },
  { from: 255, to: 256, paths: ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1'] },
  { from: 256, to: 257, paths: ['tile/entries/001.p/1', 'tile/0/001.p/1'] },
  {
    from: 250,
    to: 513,
    paths: [
      'tile/entries/000',
      'tile/entries/001',
      'tile/entries/002.p/1',
      'tile/0/000',
      'tile/0/001',
      'tile/0/002.p/1',
      'tile/1/000.p/2',
    ],
  },
  { from: 65_535, to: 65_536, paths: ['tile/entries/255', 'tile/0/255', 'tile/1/000', 'tile/2/000.p/1'] },
  {
    from: 2 ** 53 - 2,
    to: 2 ** 53 - 1,
    paths: ['tile/entries/x035/x184/x372/x088/831.p/255', 'tile/0/x035/x184/x372/x088/831.p/255'],
  },
])('from $from to $to leaves', ({ from, to, paths }) => {
  expect(pathsBetween(from, to)).toEqual(paths)
})

// The example of https://c2sp.org/tlog-tiles#partial-tiles.
test('a tree of 70,000 leaves has the tiles that the specification counts', () => {
  const hashes = tilesBetween(0, 70_000).filter(({ level }) => level !== 'entries')
  const full = (level: number): number => hashes.filter((tile) => tile.level === level && tile.width === 256).length
  expect([full(0), full(1), full(2)]).toEqual([273, 1, 0])
  const partial = hashes.filter(({ width }) => width < 256).map(tilePath)
  expect(partial).toEqual(['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1'])
})

test('what differs is what the tree has and did not have before', () => {
  const size = fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 200_000 }))
  const law = fc.property(size, size, (one, other) => {
    const [from, to] = one < other ? [one, other] : [other, one]
    const before = new Set(pathsOf(from))
    expect(pathsBetween(from, to)).toEqual(pathsOf(to).filter((path) => !before.has(path)))
  })
  fc.assert(law, { numRuns: 500 })
})
