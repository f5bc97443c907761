import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from './fingerprint.ts'

const same = [
  { name: 'runs of white space and blank ends', type: 'knowledge', a: ' one\t\n two\u00a0three ', b: 'one two three' },
  { name: 'composed and decomposed letters', type: 'insight', a: 'caf\u00e9', b: 'cafe\u0301' },
  { name: 'line endings of code', type: 'code', a: 'a\r\nb\rc\n', b: 'a\nb\nc\n' },
  { name: 'composed letters in configuration', type: 'config', a: 'k: \u00e9', b: 'k: e\u0301' },
]
const different = [
  { name: 'letter case', type: 'knowledge', a: 'Sparta', b: 'sparta' },
  { name: 'a space where there was none', type: 'knowledge', a: 'no where', b: 'nowhere' },
  { name: 'indentation of code', type: 'code', a: 'if x:\n  y', b: 'if x:\n y' },
  { name: 'a trailing blank line of configuration', type: 'config', a: 'a: 1\n', b: 'a: 1\n\n' },
  { name: 'compatibility forms, which NFC keeps apart', type: 'knowledge', a: '\ufb01x', b: 'fix' },
]

test.for(same)('$name do not change the fingerprint', ({ type, a, b }) => {
  expect(fingerprint(a, type)).toBe(fingerprint(b, type))
})

test.for(different)('$name changes the fingerprint', ({ type, a, b }) => {
  expect(fingerprint(a, type)).not.toBe(fingerprint(b, type))
})

test('is the plain SHA-256 of a text that is already normal', () => {
  // FIPS 180-4, the one-block example "abc".
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(fingerprint('abc', 'knowledge')).toBe(abc)
  expect(fingerprint('abc', 'code')).toBe(abc)
})

/** Letters with marks, marks alone, white space of many kinds, halves of pairs: what normalising moves. */
const tricky = fc.string({
  unit: fc.constantFrom(...'aé\u0301\u0323 \u00a0\u2003\t\r\n\u1100\u1161가ﬁÅ😀\ud800'),
  maxLength: 40,
})

test('normalising twice gives the same as once, for any text', () => {
  fc.assert(
    fc.property(tricky, fc.constantFrom('knowledge', 'code'), (text, type) => {
      expect(fingerprint(text.normalize('NFC'), type)).toBe(fingerprint(text, type))
      expect(fingerprint(text.normalize('NFD'), type)).toBe(fingerprint(text, type))
    }),
  )
})

test('padding never changes the fingerprint of prose', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (words) => {
      expect(fingerprint(`\n ${words.join(' \r\n\t')} `, 'knowledge')).toBe(fingerprint(words.join(' '), 'knowledge'))
    }),
  )
})
