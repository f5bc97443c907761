import { describe, expect, test } from 'vitest'
import { codeOf } from '../store/testing.ts'
import { OBJECT_BYTES_MAX, type ObjectStore } from './object-store.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const namesOf = (store: ObjectStore): Promise<readonly string[]> => store.list()

/** What every object store promises. `open` gives an empty one each time. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name}: objects`, () => {
    test.for(['', '.', '..', '../a', 'a/b', '/a', 'a..b', 'A', 'a b', 'a\n', 'a%2fb', 'ä', `${'a'.repeat(200)}b`])(
      'the name %j is refused',
      async (bad) => {
        const store = await open()
        expect(await codeOf(() => store.put(bad, bytesOf('x')))).toBe('UNPROCESSABLE')
        expect(await codeOf(() => store.get(bad))).toBe('UNPROCESSABLE')
        expect(await codeOf(() => store.delete(bad))).toBe('UNPROCESSABLE')
      },
    )

    test('what is not there is not found, and taking it away is no trouble', async () => {
      const store = await open()
      expect(await store.get('absent.bin')).toBeUndefined()
      expect(await store.get('absent.bin', { offset: 1, bytes: 2 })).toBeUndefined()
      await store.delete('absent.bin')
      expect(await namesOf(store)).toEqual([])
    })

    test('an object that is too large is refused before it is sent', async () => {
      const store = await open()
      expect(await codeOf(() => store.put('large', new Uint8Array(OBJECT_BYTES_MAX + 1)))).toBe('UNPROCESSABLE')
      expect(await namesOf(store)).toEqual([])
    })

    test.for([0, 1, 4095, 100_000, 9_000_000])('%d bytes come back as they went', async (length) => {
      const store = await open()
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) & 255)
      await store.put('some-object.1.bin', bytes)
      expect(Buffer.compare((await store.get('some-object.1.bin')) ?? new Uint8Array(1), bytes)).toBe(0)
    })

    test('a stretch is given out alone, as far as the object goes', async () => {
      const store = await open()
      await store.put('object', bytesOf('0123456789'))
      const read = async (offset: number, bytes: number): Promise<string> =>
        Buffer.from((await store.get('object', { offset, bytes })) ?? []).toString()
      expect(await read(0, 3)).toBe('012')
      expect(await read(4, 2)).toBe('45')
      expect(await read(8, 100)).toBe('89')
      expect(await read(10, 5)).toBe('')
      expect(await read(500, 5)).toBe('')
    })

    test('an object takes the place of the one before', async () => {
      const store = await open()
      await store.put('object', bytesOf('the first, which is longer'))
      await store.put('object', bytesOf('the second'))
      expect(Buffer.from((await store.get('object')) ?? []).toString()).toBe('the second')
      await store.delete('object')
      expect(await store.get('object')).toBeUndefined()
    })

    test('all names are listed in order, and no others', async () => {
      const store = await open()
      const names = ['b.json', 'a', 'c-1.seg', 'a.b']
      for (const each of names) await store.put(each, bytesOf(each))
      expect(await namesOf(store)).toEqual(['a', 'a.b', 'b.json', 'c-1.seg'])
    })

    test('the place is told without what opens it', async () => {
      const { place } = await open()
      expect(place).not.toBe('')
      expect(place).not.toMatch(/@|secret|key/i)
    })
  })
}
