import { expect, test } from 'vitest'
import { compareWords, describeSoftMatcher } from '../../../domain/capsules/embedding/soft-matcher.contract.ts'
import { createStaticSoftMatcher } from './static-soft-matcher.ts'
import { readStaticTable } from './static-table.ts'
import { KNOWN_WORDS_MAX } from './word-vectors.ts'

const table = readStaticTable()

describeSoftMatcher('the built-in soft matcher', () => createStaticSoftMatcher(table.bytes))

test('letter case and accents make no other word', () => {
  expect(compareWords(createStaticSoftMatcher(table), ['Café'], ['cafe'])[0]![0]).toBeCloseTo(1)
})

test('a word of several pieces is near to its like', () => {
  const [like, unlike] = compareWords(createStaticSoftMatcher(table), ['kubernetes'], ['kubernete', 'sandwich'])
  expect(like![0]).toBeGreaterThan(unlike![0]!)
})

test('more words than it remembers are answered as before', () => {
  const matcher = createStaticSoftMatcher(table)
  const spellings = { of: (term: number) => (term === 0 ? 'automobile' : 'pottery') }
  const before = matcher.compare(['car'], Uint32Array.of(0), spellings)
  const many = Uint32Array.from({ length: KNOWN_WORDS_MAX + 2 }, (_, term) => term)
  expect(matcher.compare(['car'], many, spellings)[0]).toBe(before[0])
  expect(matcher.compare(['car'], Uint32Array.of(0), spellings)).toEqual(before)
})
