import { expect, test } from 'vitest'
import { HEADS } from './part.ts'
import { IndexUnderTest } from './testing.ts'

test('words that were new in a transaction that was rolled back get numbers anew, and find what was written since', () => {
  const under = new IndexUnderTest()
  const write = (version: number, content: string): void => {
    under.texts.write({ version, capsule: version, title: null, tags: [], content })
    under.texts.enter(HEADS, version)
  }
  const found = (question: string): number[] => under.search(question, [HEADS], 10).map(({ version }) => version)
  write(1, 'a quokka and a lantern')
  under.texts.committed()
  const before = under.texts.mark()
  under.database.exec('BEGIN')
  write(2, 'one numbat, of the harbour')
  under.database.exec('ROLLBACK')
  under.texts.rollbackTo(before)
  write(2, 'one zebra, with the lantern')
  write(3, 'one numbat, of the harbour')
  expect([found('numbat'), found('zebra'), found('lantern'), found('harbour'), found('of')]).toEqual([
    [3],
    [2],
    [1, 2],
    [3],
    [3],
  ])
})
