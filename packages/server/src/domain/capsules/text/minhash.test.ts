import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bands, minhash, NEAR_DUPLICATE_SIMILARITY, parseSignature, signatureBytes, similarity } from './minhash.ts'

/** A linear congruential generator (Numerical Recipes), so that the rates below are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const randomWords = (random: () => number, count: number): string[] =>
  Array.from({ length: count }, () => Math.floor(random() * 50_000).toString(36))

const shingles = (words: readonly string[]): Set<string> =>
  new Set(words.slice(2).map((_, index) => words.slice(index, index + 3).join(' ')))

function jaccard(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [shingles(a), shingles(b)]
  return left.intersection(right).size / left.union(right).size
}

/** Pairs of texts of 120 words, the second with some words replaced, whose true Jaccard lies in the range. */
function pairsBetween(low: number, high: number, count: number, replaced: number): [string[], string[]][] {
  const random = createRandom(7)
  const pairs: [string[], string[]][] = []
  for (let tries = 0; pairs.length < count && tries < count * 50; tries++) {
    const original = randomWords(random, 120)
    const copy = [...original]
    for (let change = 0; change < replaced; change++) copy[Math.floor(random() * 120)] = `new${change}`
    const true_ = jaccard(original, copy)
    if (true_ >= low && true_ < high) pairs.push([original, copy])
  }
  return pairs
}

const sharesBand = ([a, b]: [string[], string[]]): boolean => {
  const keys = new Set(bands(minhash(a.join(' '))!))
  return bands(minhash(b.join(' '))!).some((key) => keys.has(key))
}

test.for([
  { name: 'nothing', text: '' },
  { name: 'a short phrase', text: 'Thanks a lot, Mel!' },
  { name: 'punctuation only', text: '=== --- *** !!! '.repeat(50) },
  { name: 'one word again and again', text: 'ha '.repeat(500) },
  { name: 'two letters in turn', text: 'ab'.repeat(5000) },
  { name: 'lone surrogates', text: '\ud800 '.repeat(20) },
])('$name has no signature', ({ text }) => {
  expect(minhash(text)).toBeUndefined()
})

test('finds at least 95 % of the near-duplicates with a Jaccard similarity from 0.8', () => {
  const pairs = pairsBetween(0.8, 0.88, 400, 4)
  expect(pairs).toHaveLength(400)
  expect(pairs.filter(sharesBand).length / pairs.length).toBeGreaterThanOrEqual(0.95)
})

test('drops look-alikes below 0.5: few become candidates and hardly any is reported', () => {
  const pairs = pairsBetween(0.3, 0.5, 400, 16)
  expect(pairs).toHaveLength(400)
  const candidates = pairs.filter(sharesBand)
  const reported = candidates.filter(
    ([a, b]) => similarity(minhash(a.join(' '))!, minhash(b.join(' '))!) >= NEAR_DUPLICATE_SIMILARITY,
  )
  expect(candidates.length / pairs.length).toBeLessThan(0.25)
  expect(reported.length).toBeLessThanOrEqual(2)
})

test('unrelated texts share no band', () => {
  const random = createRandom(11)
  const keys = Array.from({ length: 1000 }, () => bands(minhash(randomWords(random, 60).join(' '))!)).flat()
  expect(new Set(keys).size).toBe(keys.length)
})

test('the estimate stays near the true similarity on average', () => {
  const pairs = pairsBetween(0.6, 0.9, 300, 6)
  const errors = pairs.map(([a, b]) => similarity(minhash(a.join(' '))!, minhash(b.join(' '))!) - jaccard(a, b))
  expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / errors.length)).toBeLessThan(0.015)
})

test('case, punctuation and line breaks make no difference', () => {
  const text = 'The treaty was signed in Lisbon on a cold morning, and nobody outside the room knew what it would cost.'
  const shouted = text.toUpperCase().replaceAll(' ', '\r\n  ').replace(',', ' --')
  expect(similarity(minhash(text)!, minhash(shouted)!)).toBe(1)
})

test('a short text with one letter mended is still a near-duplicate', () => {
  const [a, b] = [
    'We meet at the old station at nine tomorow evening',
    'We meet at the old station at nine tomorrow evening',
  ]
  expect(similarity(minhash(a)!, minhash(b)!)).toBeGreaterThan(0.7)
})

test('a text without spaces, as in Chinese, has a signature', () => {
  const text = '机构记忆使人和代理能够信任每一条知识的来源并且可以事后证明每一个行动都经过授权'
  expect(minhash(text)).toBeDefined()
  expect(similarity(minhash(text)!, minhash(`${text}。`)!)).toBe(1)
})

test('band keys are distinct integers that a JavaScript number and an SQLite integer hold exactly', () => {
  const keys = bands(minhash(randomWords(createRandom(3), 40).join(' '))!)
  expect(keys).toHaveLength(8)
  for (const [band, key] of keys.entries()) {
    expect(Number.isSafeInteger(key)).toBe(true)
    expect(Math.floor(key / 2 ** 48)).toBe(band)
  }
})

test('a signature survives its bytes, and bytes of another length are not one', () => {
  const signature = minhash(randomWords(createRandom(5), 40).join(' '))!
  const bytes = signatureBytes(signature)
  expect(parseSignature(bytes)).toEqual(signature)
  // Taken from the middle of a larger buffer, as a database hands it out.
  const padded = Uint8Array.of(9, ...bytes, 9)
  expect(parseSignature(padded.subarray(1, 81))).toEqual(signature)
  expect(parseSignature(bytes.subarray(2))).toBeUndefined()
})

test('any text has the same signature each time, whatever was hashed in between', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.string({ maxLength: 100 }), (text, other) => {
      const first = minhash(text)
      minhash(other)
      expect(minhash(text)).toEqual(first)
    }),
  )
})
