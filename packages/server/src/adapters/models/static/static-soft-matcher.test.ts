import { expect, test } from 'vitest'
import { describeSoftMatcher } from '../../../domain/capsules/embedding/soft-matcher.contract.ts'
import { createStaticSoftMatcher } from './static-soft-matcher.ts'
import { readStaticTable } from './static-table.ts'
import { KNOWN_WORDS_MAX } from './word-vectors.ts'

const table = readStaticTable()

describeSoftMatcher('the built-in soft matcher', () => createStaticSoftMatcher(table.bytes))

test('letter case and accents make no other word', () => {
  expect(createStaticSoftMatcher(table).similarity('Café', 'cafe')).toBeCloseTo(1)
})

test('a word of several pieces is near to its like', () => {
  const { similarity } = createStaticSoftMatcher(table)
  expect(similarity('kubernetes', 'kubernete')).toBeGreaterThan(similarity('kubernetes', 'sandwich'))
})

test('more words than it remembers are answered as before', () => {
  const matcher = createStaticSoftMatcher(table)
  const before = matcher.similarity('car', 'automobile')
  for (let index = 0; index <= KNOWN_WORDS_MAX; index++) matcher.similarity(`word${index}`, 'car')
  expect(matcher.similarity('car', 'automobile')).toBe(before)
})
