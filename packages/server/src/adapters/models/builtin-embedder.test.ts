import { expect, test } from 'vitest'
import { describeEmbedder } from '../../domain/capsules/embedding/embedder.contract.ts'
import { dot } from '../../domain/capsules/embedding/index.ts'
import { BUILTIN_MODEL, createBuiltinEmbedder } from './builtin-embedder.ts'

describeEmbedder('the built-in embedder', createBuiltinEmbedder)

async function cosine(a: string, b: string): Promise<number> {
  const [left, right] = await createBuiltinEmbedder().embed([a, b], 'document')
  return dot(left!, right!)
}

test('its numbers are those of its name: a change of them needs a new name', async () => {
  const [vector] = await createBuiltinEmbedder().embed(['Institutional memory that people can trust.'], 'document')
  const first = [...vector!.entries()].filter(([, value]) => value !== 0).slice(0, 4)
  expect(BUILTIN_MODEL).toBe('builtin-hash-384@1')
  expect(first.map(([index, value]) => [index, value.toFixed(4)])).toEqual([
    [1, '-0.0944'],
    [7, '-0.0912'],
    [11, '0.0805'],
    [12, '-0.0805'],
  ])
})

test.for([
  {
    name: 'forms of a word',
    a: 'the caches were invalidated',
    b: 'invalidating a cache',
    other: 'baking bread at home',
  },
  { name: 'a misspelling', a: 'embarrassing', b: 'embarassing', other: 'satisfactory' },
  { name: 'an identifier and its words', a: 'getUserName', b: 'user name', other: 'open socket' },
  { name: 'compounds', a: 'database', b: 'data base', other: 'umbrella' },
  { name: 'diacritics', a: 'Café Zürich', b: 'cafe zurich', other: 'pier lisbon' },
])('$name are nearer than other words', async ({ a, b, other }) => {
  expect(await cosine(a, b)).toBeGreaterThan((await cosine(a, other)) + 0.2)
})

test('texts that share stop words only are far from each other', async () => {
  expect(await cosine('what is it that you have', 'the treaty was signed in Lisbon')).toBeLessThan(0.3)
})

test('texts without a common word are about at right angles', async () => {
  expect(Math.abs(await cosine('volcanic ash grounded flights', 'my sister plays cello'))).toBeLessThan(0.2)
})
