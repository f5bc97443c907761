import { describe, expect, test } from 'vitest'
import { clusteredVectors, createRandom } from './clustered-vectors.ts'
import { JointScan } from './joint-scan.ts'
import { SEGMENT_SLOTS } from './kernel/layout.ts'
import type { SlotFilter } from './slot-filter.ts'
import type { SearchResult, VectorReader } from './vector-reader.ts'
import { VectorSpace } from './vector-space.ts'

const DIMENSIONS = 16
const SLOTS = 2 * SEGMENT_SLOTS + 1100
const LIMIT = 100
const MANY_TAGS = Array.from({ length: 12 }, (_, at) => at + 1)
const FILTERS: readonly SlotFilter[] = [
  {},
  { trustMin: 50 },
  { owner: 9 },
  { allow: Uint32Array.of(3, SEGMENT_SLOTS + 7) },
  { tags: [11], overflow: (slot) => slot % 2 === 0 },
  { trustMin: 99 },
]

const vectors = clusteredVectors(SLOTS + FILTERS.length, DIMENSIONS, createRandom(3))
const queries = vectors.slice(SLOTS)
const space = fill()

function fill(): VectorSpace {
  const filled = VectorSpace.create(DIMENSIONS)
  const random = createRandom(5)
  const plain = { trust: 0, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
  for (let slot = 0; slot < SLOTS; slot++) {
    const tags = slot % 500 === 0 ? MANY_TAGS : []
    filled.put(slot, vectors[slot]!, { ...plain, trust: Math.floor(random() * 100), tags })
  }
  return filled
}

/** Readers of one thread that search together, as many as there are filters. */
function attachTogether(): readonly VectorReader[] {
  const joint = new JointScan()
  return FILTERS.map((_, at) => VectorSpace.attach(space.handle(), { reader: 1 + at, joint }))
}

const outcome = ({ slots, scores, scanned, ceiling }: SearchResult) => ({
  slots: [...slots],
  scores: [...scores],
  scanned,
  ceiling,
})

const alone = VectorSpace.attach(space.handle(), { reader: 0 })
const expected = (at: number) => outcome(alone.search(queries[at]!, FILTERS[at]!, LIMIT))

describe('searches that are scanned as one', () => {
  test('find what each of them finds alone, whatever its filter, and whichever is asked first', () => {
    const readers = attachTogether()
    for (const order of [FILTERS.keys().toArray(), FILTERS.keys().toArray().reverse()]) {
      const begun = readers.map((reader, at) => reader.begin(queries[at]!, FILTERS[at]!, LIMIT))
      for (const at of order) expect(outcome(begun[at]!.finish())).toEqual(expected(at))
      for (const each of begun) each[Symbol.dispose]()
    }
  })

  test('are not held up by one that nobody waits for any more', () => {
    const readers = attachTogether()
    const begun = readers.map((reader, at) => reader.begin(queries[at]!, FILTERS[at]!, LIMIT))
    begun[0]![Symbol.dispose]()
    for (const at of [1, 2]) expect(outcome(begun[at]!.finish())).toEqual(expected(at))
    for (const each of begun) each[Symbol.dispose]()
    expect(outcome(readers[0]!.search(queries[0]!, FILTERS[0]!, LIMIT))).toEqual(expected(0))
  })

  test('can be asked again before the others have ended', () => {
    const readers = attachTogether()
    const begun = readers.map((reader, at) => reader.begin(queries[at]!, FILTERS[at]!, LIMIT))
    begun[1]!.finish()
    begun[1]![Symbol.dispose]()
    const wider = readers[1]!.search(queries[1]!, FILTERS[1]!, 4 * LIMIT)
    expect(outcome(wider)).toEqual(outcome(alone.search(queries[1]!, FILTERS[1]!, 4 * LIMIT)))
    expect(outcome(begun[0]!.finish())).toEqual(expected(0))
    for (const each of begun) each[Symbol.dispose]()
  })

  test('go on when the filter of one of them fails, which alone is told of it', () => {
    const readers = attachTogether()
    const failing: SlotFilter = {
      tags: [11],
      overflow: () => {
        throw new RangeError('the row cannot be read')
      },
    }
    const begun = readers.map((reader, at) => reader.begin(queries[at]!, at === 1 ? failing : FILTERS[at]!, LIMIT))
    expect(outcome(begun[0]!.finish())).toEqual(expected(0))
    expect(() => begun[1]!.finish()).toThrow('cannot be read')
    expect(outcome(begun[4]!.finish())).toEqual(expected(4))
    for (const each of begun) each[Symbol.dispose]()
  })
})
