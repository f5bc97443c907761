import fc from 'fast-check'
import { expect, test } from 'vitest'
import { termRanges, terms } from './terms.ts'

test.for([
  { name: 'nothing from nothing', text: '', expected: [] },
  { name: 'nothing from punctuation and emoji', text: '-- ... 🎉 {}[]', expected: [] },
  { name: 'nothing from lone surrogates', text: '\ud800 \udfff', expected: [] },
  { name: 'no stop words', text: 'What is the answer to it?', expected: ['answer'] },
  { name: 'contractions as one word', text: "they don't, we won’t panic", expected: ['panic'] },
  { name: 'owners without their s', text: "Caroline's dog’s", expected: ['carolin', 'dog'] },
  { name: 'no diacritics', text: 'Überprüfung café', expected: ['uberprufung', 'caf'] },
  { name: 'compatibility letters as plain ones', text: 'ﬁx ＡＢＣ ½', expected: ['fix', 'abc', '1\u20442'] },
  { name: 'the parts and the whole of camel case', text: 'retryLimit', expected: ['retri', 'limit', 'retrylimit'] },
  { name: 'acronyms as a part', text: 'HTTPServer', expected: ['http', 'server', 'httpserver'] },
  { name: 'names with an inner capital', text: 'GitHub', expected: ['git', 'hub', 'github'] },
  { name: 'the parts of snake case', text: '__max_body_bytes__', expected: ['max', 'bodi', 'byt'] },
  { name: 'the parts of kebab case', text: 'as-of-date', expected: ['dat'] },
  { name: 'digits with their letters', text: 'sha256 v2', expected: ['sha256', 'v2'] },
  { name: 'pairs of characters where words have no spaces', text: '机构记忆', expected: ['机构', '构记', '记忆'] },
  { name: 'vowel signs of other scripts kept', text: 'हिन्दी', expected: ['हिन्दी'] },
])('gives $name', ({ text, expected }) => {
  expect(terms(text)).toEqual(expected)
})

test('keeps stop words and unstemmed forms when asked', () => {
  expect(terms('The caches failed', { stopWords: true, stemmed: false })).toEqual(['the', 'caches', 'failed'])
})

test('cuts a word of a megabyte and stays a short list', () => {
  expect(terms('x'.repeat(1_000_000)).map(({ length }) => length)).toEqual([64])
})

test('every range lies within the text and the ranges stand in order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      for (const { term, start, end } of termRanges(text)) {
        expect(term).not.toBe('')
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(text.length)
      }
    }),
  )
})

test('points at the word as it was written', () => {
  const text = 'Über den getUserName'
  const written = termRanges(text).map(({ start, end }) => text.slice(start, end))
  expect(written).toEqual(['Über', 'den', 'get', 'User', 'Name', 'getUserName'].filter((word) => word !== 'get'))
})
