import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeeded } from '../../../platform/store/testing.ts'
import { UNKNOWN, WordTable } from './word-table.ts'

const numbersOf = (table: WordTable, word: string, hash: number): number[] | undefined => {
  const entry = table.find(` ${word} `, 1, 1 + word.length, hash)
  return entry === UNKNOWN ? undefined : Array.from({ length: table.count(entry) }, (_, at) => table.number(entry, at))
}
const add = (table: WordTable, word: string, hash: number, numbers: readonly number[]): void =>
  table.add(`(${word})`, 1, 1 + word.length, hash, numbers)

test('words of one hash are told apart by their letters, also where one begins as the other', () => {
  const table = new WordTable()
  const words = ['bat', 'bath', 'ba', 'tab', 'b\u0000', 'b', 'Bat', 'bät']
  for (const [at, word] of words.entries()) add(table, word, 7, [at, ~at])
  expect(words.map((word) => numbersOf(table, word, 7))).toEqual(words.map((_, at) => [at, ~at]))
  expect(numbersOf(table, 'bad', 7)).toBeUndefined()
  expect(numbersOf(table, 'bat', 8)).toBeUndefined()
})

test('words that all fall together are not all remembered, and none is taken for another', () => {
  const table = new WordTable()
  const words = Array.from({ length: 1000 }, (_, at) => `word${at}`)
  for (const [at, word] of words.entries()) add(table, word, 1, [at])
  const known = words.flatMap((word, at) => (numbersOf(table, word, 1) === undefined ? [] : at))
  expect(known).toEqual(Array.from({ length: known.length }, (_, at) => at))
  expect(known.length).toBeLessThan(100)
  expect(known.map((at) => numbersOf(table, words[at]!, 1))).toEqual(known.map((at) => [at]))
})

test('more words than there is room for make it begin anew, and what it then says is right', () => {
  const table = new WordTable()
  const random = createSeeded(3)
  let remembered = 0
  const hashes = Array.from({ length: 200_000 }, () => Math.floor(random() * 2 ** 32) | 0)
  for (const [word, hash] of hashes.entries()) {
    add(table, `w${word}`, hash, [word])
    const numbers = numbersOf(table, `w${word}`, hash)
    if (numbers?.length === 1 && numbers[0] === word) remembered++
    else if (numbers) throw new Error(`w${word} is taken for w${numbers[0]}`)
  }
  expect(remembered).toBeGreaterThan(hashes.length * 0.99)
  expect(numbersOf(table, 'w0', hashes[0]!)).toBeUndefined()
})

test('a word that is longer than any is not remembered, and one that has no terms is', () => {
  const table = new WordTable()
  add(table, 'x'.repeat(65), 3, [1])
  add(table, 'y'.repeat(64), 3, [])
  expect(numbersOf(table, 'x'.repeat(65), 3)).toBeUndefined()
  expect(numbersOf(table, 'y'.repeat(64), 3)).toEqual([])
})

test('what was added is found until it is cleared, whatever the words and numbers', () => {
  const entry = fc.record({ hash: fc.integer({ min: -3, max: 3 }), numbers: fc.array(fc.integer(), { maxLength: 5 }) })
  const words = fc.dictionary(fc.string({ unit: 'binary', maxLength: 9 }), entry, { maxKeys: 8 })
  const table = new WordTable()
  fc.assert(
    fc.property(words, (given) => {
      const all = Object.entries(given)
      for (const [word, { hash, numbers }] of all) add(table, word, hash, numbers)
      for (const [word, { hash, numbers }] of all) expect(numbersOf(table, word, hash)).toEqual(numbers)
      table.clear()
      for (const [word, { hash }] of all) expect(numbersOf(table, word, hash)).toBeUndefined()
    }),
    { numRuns: 100 },
  )
})
