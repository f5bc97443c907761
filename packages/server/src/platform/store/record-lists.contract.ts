import { describe, expect, test } from 'vitest'
import { putRecord as put, readPages, removeRecord as remove } from './testing/records.ts'
import { campaign, createSeeded, type StoreUnderTest, shareStore } from './testing.ts'

/** What every store promises about lists of records. */
export function describeRecordLists(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: lists of records`, () => testLists(shareStore(open)))
}

function testLists(under: StoreUnderTest): void {
  test('keys come in order, in pages of any size, each once', async () => {
    const { store } = under
    const keys = Array.from({ length: 23 }, (_, index) => `list-${String(index).padStart(2, '0')}`)
    for (const key of keys.toReversed()) await put(store, key, {}, {}, 'places')
    for (const limit of [1, 7, 22, 23, 24, 1000]) {
      const read = await readPages((after) => store.records.list('places', { limit, ...after }))
      expect(read.map(({ key }) => key)).toEqual(keys)
    }
    expect((await store.records.list('places', { limit: 23 })).next).toBeUndefined()
  })

  test('pages stay in place while records come and go', async () => {
    const { store } = under
    const random = createSeeded(11)
    const stable = new Set(Array.from({ length: campaign(60, 600) }, (_, index) => `s${index}`))
    for (const key of stable) await put(store, key, { name: 'stable', age: 1 })
    const seen = await readPages(async (after) => {
      const passing = `p${Math.floor(random() * 1000)}`
      await put(store, passing, { name: 'passing', age: 1 })
      if (random() < 0.5) await remove(store, passing)
      return store.records.listBy('people', 'age', 1, { limit: 5, ...after })
    })
    const keys = seen.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(stable.difference(new Set(keys))).toEqual(new Set())
    expect(keys).toEqual(keys.toSorted())
  })

  test('a page may continue after a key that is gone', async () => {
    const { store } = under
    for (const key of ['gone-a', 'gone-b', 'gone-c']) await put(store, key, { name: 'gone' })
    const { next } = await store.records.listBy('people', 'name', 'gone', { limit: 2 })
    await remove(store, 'gone-b')
    const rest = await store.records.listBy('people', 'name', 'gone', { limit: 2, after: next! })
    expect(rest.items.map(({ key }) => key)).toEqual(['gone-c'])
  })

  test('an index tells strings, numbers and booleans apart', async () => {
    const { store } = under
    const values = { one: 1, text: '1', yes: true, word: 'true', zero: 0, no: false, half: 0.5, empty: '' }
    for (const [key, active] of Object.entries(values)) await put(store, `typed-${key}`, { active })
    for (const [key, active] of Object.entries(values)) {
      const { items } = await store.records.listBy('people', 'active', active, { limit: 10 })
      expect(items.map((item) => item.key)).toEqual([`typed-${key}`])
    }
  })

  test('an index follows the value: changed, taken away, deleted', async () => {
    const { store } = under
    const named = async (name: string) =>
      (await store.records.listBy('people', 'name', name, { limit: 10 })).items.map(({ key }) => key)
    await put(store, 'moving', { name: 'old' })
    await put(store, 'moving', { name: 'new' })
    expect([await named('old'), await named('new')]).toEqual([[], ['moving']])
    await put(store, 'moving', { other: 'new' })
    expect(await named('new')).toEqual([])
    await put(store, 'moving', { name: 'new' })
    await remove(store, 'moving')
    expect(await named('new')).toEqual([])
  })

  test.for<{ readonly value: unknown }>([
    { value: { name: ['list'] } },
    { value: { name: null } },
    { value: 'list' },
    { value: null },
    { value: [] },
  ])('a member that is no string, number or boolean is not found: $value', async ({ value }) => {
    await put(under.store, 'unfindable', value)
    expect((await under.store.records.listBy('people', 'name', 'list', { limit: 10 })).items).toEqual([])
    await remove(under.store, 'unfindable')
  })
}
