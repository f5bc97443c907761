import { expect, test } from 'vitest'
import { describeEmbedder } from '../../../domain/capsules/embedding/embedder.contract.ts'
import { dot } from '../../../domain/capsules/embedding/index.ts'
import { createStaticEmbedder } from './static-embedder.ts'
import { readStaticTable, STATIC_DIMENSIONS, STATIC_MODEL, staticTableOf } from './static-table.ts'

describeEmbedder('the built-in embedder', () => createStaticEmbedder())

const embedder = createStaticEmbedder()
async function cosine(a: string, b: string): Promise<number> {
  const [left, right] = await embedder.embed([a, b], 'document')
  return dot(left!, right!)
}

test('its numbers are those of its name: a change of them needs a new name', async () => {
  const [vector] = await embedder.embed(['Institutional memory that people can trust.'], 'document')
  expect(STATIC_MODEL).toBe('forge-static-minilm@1')
  expect([...vector!.slice(0, 4)].map((value) => value.toFixed(4))).toEqual(['0.0912', '-0.1928', '0.1219', '0.1375'])
})

test.for([
  { name: 'a word of the same meaning', a: 'car', b: 'automobile', other: 'banana' },
  { name: 'another way to say it', a: 'my child is ill', b: 'the kids are sick', other: 'the server is down' },
  { name: 'a member of a class', a: 'pottery', b: 'a craft', other: 'a planet' },
  { name: 'forms of a word', a: 'the caches were invalidated', b: 'invalidating a cache', other: 'baking bread' },
  { name: 'diacritics', a: 'Café Zürich', b: 'cafe zurich', other: 'pier lisbon' },
])('$name is nearer than something else', async ({ a, b, other }) => {
  expect(await cosine(a, b)).toBeGreaterThan((await cosine(a, other)) + 0.2)
})

test('texts of unknown characters are near to their like alone', async () => {
  expect(await cosine('🎉🎉', ' 🎉🎉 ')).toBeCloseTo(1)
  expect(Math.abs(await cosine('🎉', '🦀'))).toBeLessThan(0.3)
})

test('the words say it, not their order', async () => {
  expect(await cosine('the dog bit the man', 'the man bit the dog')).toBeCloseTo(1)
})

test('its table fits 8 MB with its vocabulary', () => {
  const { bytes, scales, dimensions, vocabulary } = readStaticTable()
  expect(bytes.byteLength).toBeLessThanOrEqual(8_000_000)
  expect(dimensions).toBe(STATIC_DIMENSIONS)
  expect(vocabulary()).toHaveLength(scales.length)
})

test.for([
  { name: 'nothing', damage: () => new Uint8Array() },
  { name: 'another file', damage: () => new Uint8Array(1000).fill(1) },
  { name: 'a part of it', damage: (bytes: Uint8Array) => bytes.slice(0, -1) },
  { name: 'more than it', damage: (bytes: Uint8Array) => new Uint8Array([...bytes.subarray(0, 5000)]) },
])('$name is no table, and says so', ({ damage }) => {
  const bytes = damage(new Uint8Array(readStaticTable().bytes))
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  expect(() => staticTableOf(shared)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})
