import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUERY_TERMS_MAX, toMatchExpression } from './lexical-query.ts'

test.for([
  { text: 'the lantern of the harbour', expression: '"lantern" OR "harbour"' },
  { text: 'who is it', expression: '"who" OR "is" OR "it"' },
  { text: 'lantern AND NOT harbour*', expression: '"lantern" OR "not" OR "harbour"' },
  { text: 'title:x ^y "z', expression: '"title" OR "x" OR "y" OR "z"' },
  { text: 'Ask O’Brien', expression: '"ask" OR "o" OR "brien" OR "obrien" OR "O’Brien"' },
  { text: 'getUserName', expression: '"user" OR "name" OR "getusername"' },
])('looks up the words of: $text', ({ text, expression }) => {
  expect(toMatchExpression(text)).toBe(expression)
})

test.for(['', '   ', '"*^:()', '\u0000'])('finds no word in %j', (text) => {
  expect(toMatchExpression(text)).toBeUndefined()
})

test('a long question keeps so many words, the longest', () => {
  const words = Array.from({ length: 50 }, (_, index) => 'x'.repeat(index + 3))
  const expression = toMatchExpression(words.join(' '))!
  expect(expression.split(' OR ')).toHaveLength(QUERY_TERMS_MAX)
  expect(expression).toContain(`"${words.at(-1)}"`)
})

test('whatever a person types is a query that FTS5 accepts', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(`CREATE VIRTUAL TABLE t USING fts5(a, tokenize="porter unicode61 remove_diacritics 2")`)
  const statement = database.prepare('SELECT count(*) FROM t WHERE t MATCH ?')
  const law = fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
    const expression = toMatchExpression(text)
    if (expression !== undefined) statement.get(expression)
  })
  fc.assert(law, { numRuns: 500 })
})
