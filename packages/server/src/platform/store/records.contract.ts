import { describe, expect, test } from 'vitest'
import { RECORD_KEY_LENGTH_MAX, RECORD_VALUE_BYTES_MAX } from './records.ts'
import { findRecord as find, putRecord as put, readPages, removeRecord as remove } from './testing/records.ts'
import { codeOf, commandId, commandOf, commit, grantOf, type StoreUnderTest, shareStore } from './testing.ts'

type Open = () => Promise<StoreUnderTest>

/** What every store promises about records. */
export function describeRecords(name: string, open: Open): void {
  describe(`${name}: records`, () => {
    describe('one record', () => testOne(shareStore(open)))
    describe('keys and values', () => testLimits(shareStore(open)))
    describe('expiry', () => testExpiry(shareStore(open)))
  })
}

function testOne(under: StoreUnderTest): void {
  test('what was never put is absent', async () => {
    expect(await find(under.store, 'nobody')).toBeUndefined()
  })

  test('each put raises the revision and replaces the value as a whole', async () => {
    const { store } = under
    await put(store, 'ada', { name: 'Ada', age: 36 })
    expect(await find(store, 'ada')).toEqual({
      key: 'ada',
      revision: 1,
      value: { name: 'Ada', age: 36 },
      expiresAt: null,
    })
    await put(store, 'ada', { name: 'Ada L.' })
    expect(await find(store, 'ada')).toMatchObject({ revision: 2, value: { name: 'Ada L.' } })
  })

  test.for([
    { name: 'must not exist, and does', exists: true, expectedRevision: 0, code: 'REVISION_MISMATCH' },
    { name: 'must not exist, and does not', exists: false, expectedRevision: 0, code: 'carried out' },
    { name: 'must be at its revision, and is', exists: true, expectedRevision: 1, code: 'carried out' },
    { name: 'must be at another revision', exists: true, expectedRevision: 2, code: 'REVISION_MISMATCH' },
    { name: 'must be at a revision, and is absent', exists: false, expectedRevision: 1, code: 'REVISION_MISMATCH' },
  ])('a record that $name: $code, for put and delete alike', async ({ exists, expectedRevision, code }) => {
    const { store } = under
    for (const change of ['put', 'delete'] as const) {
      const key = commandId()
      if (exists) await put(store, key, { name: 'before' })
      const attempt = () =>
        change === 'put' ? put(store, key, 'after', { expectedRevision }) : remove(store, key, { expectedRevision })
      expect(await codeOf(attempt)).toBe(code)
      const value = (await find(store, key))?.value
      if (code !== 'carried out') expect(value).toEqual(exists ? { name: 'before' } : undefined)
      else expect(value).toBe(change === 'put' ? 'after' : undefined)
    }
  })

  test('of many that put at once and must be first, one is', async () => {
    const { store } = under
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => codeOf(() => put(store, 'race', index, { expectedRevision: 0 }))),
    )
    expect(codes.filter((code) => code === 'carried out')).toHaveLength(1)
  })

  test('counting up by compare-and-set loses no step', async () => {
    const { store } = under
    await put(store, 'counter', 0)
    const step = async (): Promise<void> => {
      const seen = (await store.records.find<number>('people', 'counter'))!
      const code = await codeOf(() => put(store, 'counter', seen.value + 1, { expectedRevision: seen.revision }))
      if (code !== 'carried out') await step()
    }
    await Promise.all(Array.from({ length: 8 }, step))
    expect((await find(store, 'counter'))?.value).toBe(8)
  })

  test('deleting makes it absent, and deleting what is absent is no failure', async () => {
    const { store } = under
    await put(store, 'gone', {})
    await remove(store, 'gone')
    expect(await find(store, 'gone')).toBeUndefined()
    expect(await codeOf(() => remove(store, 'gone'))).toBe('carried out')
    expect(await codeOf(() => put(store, 'gone', {}, { expectedRevision: 0 }))).toBe('carried out')
  })

  test('changes of one command see each other', async () => {
    const { store } = under
    const grant = grantOf('system.maintain')
    const changes = [
      store.records.put(grant, 'people', 'twice', 1, { expectedRevision: 0 }),
      store.records.put(grant, 'people', 'twice', 2, { expectedRevision: 1 }),
    ]
    await commit(store, commandOf(grant, changes))
    expect(await find(store, 'twice')).toMatchObject({ revision: 2, value: 2 })
  })

  test('collections keep apart what has the same key', async () => {
    const { store } = under
    await put(store, 'same', 'a person')
    await put(store, 'same', 'a place', { expectedRevision: 0 }, 'places')
    expect((await find(store, 'same'))?.value).toBe('a person')
    expect((await find(store, 'same', 'places'))?.value).toBe('a place')
  })

  test('a collection or an index that was not declared is refused', async () => {
    const { store } = under
    expect(await codeOf(() => find(store, 'x', 'nowhere'))).toBe('UNPROCESSABLE')
    expect(await codeOf(() => put(store, 'x', {}, {}, 'nowhere'))).toBe('UNPROCESSABLE')
    expect(await codeOf(() => store.records.listBy('people', 'email', 'x', { limit: 1 }))).toBe('UNPROCESSABLE')
  })
}

const HOSTILE_KEYS = [
  "'; DROP TABLE records; --",
  '"quoted"',
  'nul\u0000inside',
  'nul\u0000other',
  '__proto__',
  'constructor',
  '%',
  '_',
  '*',
  '../../etc/passwd',
  'two\nlines',
  ' ',
  ' leading',
  'Ünï',
  'U\u0308',
  '\u00dc',
  'مرحبا\u202eabc',
  '👩‍👩‍👧',
  '\uffff',
  '{"json":true}',
  '$1 ?1 :name @name',
]

function testLimits(under: StoreUnderTest): void {
  test('hostile keys are keys like any other', async () => {
    const { store } = under
    for (const key of HOSTILE_KEYS) await put(store, key, { name: key }, { expectedRevision: 0 })
    for (const key of HOSTILE_KEYS) {
      expect(await find(store, key)).toMatchObject({ key, value: { name: key } })
      const { items } = await store.records.listBy('people', 'name', key, { limit: 10 })
      expect(items.map((item) => item.key)).toEqual([key])
    }
    const listed = await readPages((after) => store.records.list('people', { limit: 4, ...after }))
    expect(new Set(listed.map(({ key }) => key))).toEqual(new Set(HOSTILE_KEYS))
    for (const key of HOSTILE_KEYS) await remove(store, key, { expectedRevision: 1 })
  })

  test.for([
    { name: 'an empty key', key: '' },
    { name: 'a key one character too long', key: 'k'.repeat(RECORD_KEY_LENGTH_MAX + 1) },
    { name: 'a key with a lone surrogate', key: 'a\ud800' },
  ])('$name is refused', async ({ key }) => {
    expect(await codeOf(() => put(under.store, key, {}))).toBe('UNPROCESSABLE')
  })

  test('the longest key is taken', async () => {
    const key = 'k'.repeat(RECORD_KEY_LENGTH_MAX)
    await put(under.store, key, 1)
    expect((await find(under.store, key))?.value).toBe(1)
  })

  test('a value of the most bytes is taken, one more is refused', async () => {
    const { store } = under
    // Two quotes belong to the JSON text; each ä is two bytes.
    const most = 'ä'.repeat((RECORD_VALUE_BYTES_MAX - 2) / 2)
    await put(store, 'large', most)
    expect((await find(store, 'large'))?.value).toBe(most)
    expect(await codeOf(() => put(store, 'larger', `${most}x`))).toBe('UNPROCESSABLE')
    expect(await find(store, 'larger')).toBeUndefined()
  })

  test.for<{ readonly value: unknown }>([
    { value: null },
    { value: false },
    { value: 0 },
    { value: '' },
    { value: [] },
    { value: { deep: { list: [{ a: 1.5e-7 }, null], text: 'a\u0000"\\\u2028' } } },
    { value: { __proto__x: 1, constructor: 'c', toString: 't' } },
  ])('$value comes back as it was', async ({ value }) => {
    await put(under.store, 'as-it-was', value)
    expect((await find(under.store, 'as-it-was'))?.value).toEqual(value)
  })

  test('a value is a copy: altering what was put or what was read changes nothing', async () => {
    const { store } = under
    const value = { list: [1] }
    await put(store, 'copy', value)
    value.list.push(2)
    const read = (await store.records.find<{ list: number[] }>('people', 'copy'))!
    expect(read.value).toEqual({ list: [1] })
    read.value.list.push(3)
    expect((await find(store, 'copy'))?.value).toEqual({ list: [1] })
  })
}

function testExpiry(under: StoreUnderTest): void {
  test('a record is there until the moment it expires and absent from then on', async () => {
    const { store, clock } = under
    const expiresAt = clock.clock() + 1000
    await put(store, 'short', { name: 'short' }, { expiresAt })
    expect(await find(store, 'short')).toMatchObject({ expiresAt })
    clock.advance(999)
    expect(await find(store, 'short')).toBeDefined()
    clock.advance(1)
    expect(await find(store, 'short')).toBeUndefined()
    expect((await store.records.list('people', { limit: 10 })).items).toEqual([])
    expect((await store.records.listBy('people', 'name', 'short', { limit: 10 })).items).toEqual([])
  })

  test('an expired record is as good as absent to compare-and-set', async () => {
    const { store, clock } = under
    await put(store, 'lease', 'mine', { expiresAt: clock.clock() + 1000 })
    expect(await codeOf(() => put(store, 'lease', 'yours', { expectedRevision: 0 }))).toBe('REVISION_MISMATCH')
    clock.advance(1000)
    expect(await codeOf(() => put(store, 'lease', 'mine', { expectedRevision: 1 }))).toBe('REVISION_MISMATCH')
    await put(store, 'lease', 'yours', { expectedRevision: 0 })
    expect(await find(store, 'lease')).toEqual({ key: 'lease', revision: 1, value: 'yours', expiresAt: null })
  })

  test('a put without an end takes the end away', async () => {
    const { store, clock } = under
    await put(store, 'kept', 1, { expiresAt: clock.clock() + 1000 })
    await put(store, 'kept', 2)
    clock.advance(5000)
    expect(await find(store, 'kept')).toMatchObject({ revision: 2, value: 2, expiresAt: null })
  })
}
