import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stem } from './stem.ts'

test.for([
  { stemmed: 'cach', words: ['cache', 'caches', 'cached', 'caching'] },
  { stemmed: 'run', words: ['run', 'runs', 'running'] },
  { stemmed: 'polici', words: ['policy', 'policies'] },
  { stemmed: 'class', words: ['class', 'classes'] },
  { stemmed: 'fail', words: ['fail', 'fails', 'failed', 'failing'] },
  { stemmed: 'call', words: ['call', 'calls', 'called', 'calling'] },
  { stemmed: 'stor', words: ['store', 'stores', 'stored', 'storing'] },
])('the forms $words meet in $stemmed', ({ stemmed, words }) => {
  expect(words.map(stem)).toEqual(words.map(() => stemmed))
})

test.for(['sing', 'bed', 'bus', 'is', 'analysis', 'status', 'glass', 'sha256', 'straße', 'c', ''])(
  '%s is left as it is',
  (word) => {
    expect(stem(word)).toBe(word)
  },
)

test('a stem is never empty and never longer than its word', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
      expect(stem(word).length).toBeGreaterThan(0)
      expect(stem(word).length).toBeLessThanOrEqual(word.length)
    }),
  )
})
