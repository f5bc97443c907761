import { expect, test } from 'vitest'
import { indexTerms, QUERY_TERMS_MAX, queryTerms } from './index-terms.ts'

test.for([
  { name: 'a full stop', text: 'Rain fell. Nobody left', terms: ['rain', 'fell', '.', 'nobodi', 'left'] },
  { name: 'a question', text: 'Rain? Nobody left', terms: ['rain', '?', 'nobodi', 'left'] },
  { name: 'a question at the end', text: 'Rain?', terms: ['rain', '?'] },
  { name: 'a full stop at the end, which needs no mark', text: 'Rain.', terms: ['rain'] },
  { name: 'a name with full stops in it', text: 'index.ts 3.14', terms: ['index', 'ts', '3', '14'] },
  { name: 'an empty line', text: 'rain\n\nsnow', terms: ['rain', '.', 'snow'] },
  { name: 'a line that goes on', text: 'rain\nsnow', terms: ['rain', 'snow'] },
  { name: 'an item of a list', text: 'rain\n- snow', terms: ['rain', '.', 'snow'] },
  { name: 'a stop of another script', text: '雨。雪だ', terms: ['雨', '.', '雪だ'] },
  { name: 'nothing but marks', text: '?!. … ?', terms: [] },
  { name: 'a question behind a page of dashes', text: `rain ${'-'.repeat(5000)}? snow`, terms: ['rain', 'snow'] },
])('tells where a sentence ends: $name', ({ text, terms }) => {
  expect(indexTerms(text).terms).toEqual(terms)
})

test('words without meaning stand aside, each once, and meet no stem of another word', () => {
  const { terms, functionWords } = indexTerms('Can the cans of the can?')
  expect(terms).toEqual(['can', '?'])
  expect([...functionWords]).toEqual(['.can', '.the', '.of'])
})

test('a question is looked up by its distinct words, and by those without meaning only when there are no others', () => {
  expect(queryTerms('Who caches the caches of GitHub?')).toEqual(['cach', 'git', 'hub', 'github'])
  expect(queryTerms('who is it')).toEqual(['.who', '.is', '.it'])
  expect(queryTerms('?! …')).toEqual([])
})

test('a long question keeps so many words, the longest', () => {
  const words = Array.from({ length: QUERY_TERMS_MAX * 2 }, (_, index) => 'x'.repeat(1 + index))
  expect(queryTerms(words.join(' '))).toEqual(words.slice(QUERY_TERMS_MAX).reverse())
})
