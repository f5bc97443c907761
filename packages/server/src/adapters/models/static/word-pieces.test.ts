import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { basicTokens } from './basic-tokens.ts'
import { readStaticTable } from './static-table.ts'
import { WordPieces } from './word-pieces.ts'

const UNKNOWN_ID = 100

/** Ids of the reference tokenizer of all-MiniLM-L6-v2 (package `tokenizers`); tools/embedder/reference_ids.py wrote them. */
const REFERENCE = z
  .array(z.object({ text: z.string(), ids: z.array(z.int()) }))
  .parse(JSON.parse(readFileSync(new URL('testing/word-pieces.json', import.meta.url), 'utf8')))

const { firstId, vocabulary } = readStaticTable()
const pieces = new WordPieces(vocabulary(), { firstId, unknown: UNKNOWN_ID })

test.for(REFERENCE)('divides $text as the reference does', ({ text, ids }) => {
  expect(pieces.of(text)).toEqual(ids)
})

test('the name of a mark in a text is text, not the mark', () => {
  expect(pieces.of('[CLS]').length).toBeGreaterThan(1)
})

test('the same text has the same pieces however often it is asked', () => {
  expect(pieces.of('institutional memory')).toEqual(pieces.of('institutional memory'))
})

test('any text is divided into ids of the vocabulary', () => {
  const idMax = firstId + vocabulary().length
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(pieces.of(text).every((id) => id === UNKNOWN_ID || (id >= firstId && id < idMax))).toBe(true)
    }),
  )
})

test('a text of plain letters has the same tokens beside a letter with an accent as alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) => {
      expect(basicTokens(`${text} é`)).toEqual([...basicTokens(text), 'e'])
    }),
  )
})

test('no token is empty or holds white space', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(basicTokens(text).filter((token) => token === '' || /\s/.test(token))).toEqual([])
    }),
  )
})
