import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Embedder } from './embedder.ts'
import { dot } from './vector.ts'

const HOSTILE = [
  { name: 'lone surrogates', text: '\ud800 \udfff x' },
  { name: 'control characters', text: '\u0000\u0007\u001b[31m' },
  { name: 'emoji only', text: '🎉👩‍👩‍👧‍👦' },
  { name: 'right-to-left marks and zero-width joiners', text: '\u202e\u200d\u200b\ufeffabc' },
  { name: 'a hundred combining marks', text: `e${'\u0301'.repeat(100)}` },
  { name: 'punctuation only', text: '!!! --- ...' },
  { name: 'a script without spaces', text: '机构记忆使人和代理能够信任' },
]
const TEXTS = ['The treaty was signed in Lisbon.', 'def load(path): return open(path)', 'Überprüfung', 'a', '42']

/** The promises of the port, run against an adapter. `make` is called once. */
export function describeEmbedder(name: string, make: () => Promise<Embedder> | Embedder): void {
  describe(`${name} keeps the promises of an embedder`, () => {
    let embedder: Embedder
    beforeAll(async () => {
      embedder = await make()
    })
    afterAll(() => embedder[Symbol.asyncDispose]())

    const one = async (text: string): Promise<Float32Array> => (await embedder.embed([text], 'document'))[0]!

    const expectUnit = (vector: Float32Array): void => {
      expect(vector).toBeInstanceOf(Float32Array)
      expect(vector).toHaveLength(embedder.dimensions)
      expect(Math.abs(dot(vector, vector) - 1)).toBeLessThan(1e-4)
    }

    test.for(HOSTILE)('$name give a vector of length 1', async ({ text }) => {
      expectUnit(await one(text))
    })

    test('a megabyte of text gives a vector of length 1', async () => {
      expectUnit(await one('institutional memory '.repeat(50_000)))
    })

    test.for(['', ' ', '\r\n\t\u00a0'])('a blank text %j gives the vector of zeros', async (text) => {
      expect(await one(text)).toEqual(new Float32Array(embedder.dimensions))
    })

    test('no texts give no vectors', async () => {
      expect(await embedder.embed([], 'document')).toEqual([])
    })

    test('a call that was given up rejects with the reason', async () => {
      const reason = new Error('changed my mind')
      await expect(embedder.embed(TEXTS, 'document', AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    test('the model has a name and a dimension', () => {
      expect(embedder.model).not.toBe('')
      expect(embedder.dimensions).toBeGreaterThan(0)
    })

    test('the same text gives the same vector', async () => {
      expect(await one(TEXTS[0]!)).toEqual(await one(TEXTS[0]!))
    })

    test('a batch gives what single calls give, in the same order, blank texts and repeats included', async () => {
      const texts = [...TEXTS, '', ...TEXTS.toReversed()]
      const singles: Float32Array[] = []
      for (const text of texts) singles.push(await one(text))
      expect(await embedder.embed(texts, 'document')).toEqual(singles)
    })

    test('vectors of words say the same in whatever order the words stand', async (context) => {
      if (embedder.sees !== 'words') context.skip('its vectors see sentences')
      expect(dot(await one('the dog bit the man'), await one('the man bit the dog'))).toBeCloseTo(1, 5)
    })

    test('a query is embedded in the same space', async () => {
      const [query] = await embedder.embed([TEXTS[0]!], 'query')
      expectUnit(query!)
    })

    test('many calls at once all get their own answer', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => `text number ${index}`)
      const together = await Promise.all(texts.map(one))
      expect(together).toEqual(await embedder.embed(texts, 'document'))
    })

    test('vectors belong to the caller: changing one changes no later answer', async () => {
      const first = await one('mutable')
      const copy = first.slice()
      first.fill(7)
      expect(await one('mutable')).toEqual(copy)
    })
  })
}
