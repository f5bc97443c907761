import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { openSource } from '../../../adapters/sources/index.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import { fullAfter, IMPORT_TEST_COLLECTIONS, openImportWorld, requestOf, TEST_TEMP, TestFolder } from './testing.ts'

const line = (content: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ content, type: 'knowledge', ...more })

const turn = (index: number, content = 'Hello.'): string =>
  line(content, {
    source: { kind: 'chat', conversation: 'c', session: 1, index, speaker: 'Ada', at: '2025-01-01T00:00:00Z' },
  })

describe('a file of lines', () => {
  test('each line that is no capsule is failed with its reason and leaves the others alone', async () => {
    using folder = new TestFolder()
    const bad: readonly (readonly [string, string])[] = [
      ['no json', 'it cannot be read as JSON'],
      ['[]', '/: Invalid input: expected object'],
      [line('  '), '/content: must not be blank'],
      [line('x', { unknown: 1 }), '/: Unrecognized key: "unknown"'],
      [line('x', { trust: 101 }), '/trust: Too big'],
      [
        line('x', { parents: [{ id: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', reason: 'r' }] }),
        'The parent 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 does not exist.',
      ],
      [line('x', { owner: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10' }), 'No subject has the id'],
      [line('x', { embedding: [0, 0] }), 'Expected a vector'],
      [`{"content":"x","type":"knowledge","metadata":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, ''],
      [
        `{"content":"x","type":"knowledge","metadata":{"a":${'['.repeat(64)}${']'.repeat(64)}}}`,
        '/metadata: must be at most 64',
      ],
      ['\u0000', 'it cannot be read as JSON'],
    ]
    folder.write('notes.ndjson', [line('good one'), ...bad.map(([text]) => text), '', line('good two')].join('\n'))
    const world = await openImportWorld()
    const job = await world.run(join(folder.path, 'notes.ndjson'))
    expect(job).toMatchObject({
      kind: 'ndjson',
      state: 'completed',
      imported: 2,
      failed: bad.length,
      files_total: bad.length + 2,
    })
    const failed = new Map((await world.files(job, 'failed')).map(({ path, reason }) => [path, reason]))
    for (const [index, [, reason]] of bad.entries()) expect(failed.get(`notes.ndjson:${index + 2}`)).toContain(reason)
    const head = world.store.head()
    expect(await world.run(join(folder.path, 'notes.ndjson'))).toMatchObject({ unchanged: 2, failed: bad.length })
    expect(world.store.head()).toBe(head + 2)
  })

  test('a line that is too long, or no UTF-8, is failed and the next one read', async () => {
    using folder = new TestFolder()
    const bytes = Buffer.concat([
      Buffer.from(`${line('x'.repeat(9 * 1024 * 1024))}\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`${line('good')}\r\n`),
    ])
    folder.write('notes.jsonl', bytes)
    const world = await openImportWorld()
    const job = await world.run(join(folder.path, 'notes.jsonl'))
    expect(job).toMatchObject({ imported: 1, failed: 2 })
    expect((await world.files(job, 'failed')).map(({ reason }) => reason).sort()).toEqual([
      'it has more than 8388608 bytes',
      'it is not UTF-8 text',
    ])
  })

  test('is taken in once, also when lines were put before the others', async () => {
    using folder = new TestFolder()
    const path = join(folder.path, 'notes.ndjson')
    folder.write('notes.ndjson', [turn(1), turn(2), line('free', { dedupe: 'none' })].join('\n'))
    const world = await openImportWorld()
    expect(await world.run(path)).toMatchObject({ imported: 3, capsules_created: 3 })
    folder.write('notes.ndjson', [turn(0), turn(1), turn(2), line('free', { dedupe: 'none' })].join('\n'))
    expect(await world.run(path)).toMatchObject({ imported: 1, unchanged: 3, capsules_created: 1 })
    expect((await world.store.capsules.counts()).capsules).toBe(4)
  })

  test('a line whose text is there already counts as unchanged, and removing the import leaves it alone', async () => {
    using folder = new TestFolder()
    folder.write('one.ndjson', line('the same words'))
    folder.write('two.ndjson', ['broken', line('the same words'), line('other words')].join('\n'))
    const world = await openImportWorld()
    await world.run(join(folder.path, 'one.ndjson'))
    const job = await world.run(join(folder.path, 'two.ndjson'))
    expect(job).toMatchObject({ imported: 1, unchanged: 1, failed: 1 })
    expect((await world.files(job)).map(({ state }) => state).sort()).toEqual(['failed', 'imported', 'imported'])
    expect(await world.imports.remove(world.call(), job.id)).toBe(1)
    expect((await world.store.capsules.list({}, { limit: 10 })).items.map(({ content }) => content)).toEqual([
      'the same words',
    ])
    expect(await world.run(join(folder.path, 'two.ndjson'))).toMatchObject({ imported: 1, capsules_created: 0 })
    expect((await world.store.capsules.list({}, { limit: 10 })).items).toHaveLength(2)
  })

  test('an import that is cut off after any of its writes counts each line once', async () => {
    using folder = new TestFolder()
    const path = join(folder.path, 'n.ndjson')
    const lineAt = (n: number): string => {
      if (n % 7 === 3) return n % 2 === 0 ? 'broken' : `broken ${n}`
      return n % 11 === 5 ? line('said before', { tags: [`t${n}`] }) : line(`line ${n}`)
    }
    folder.write('n.ndjson', Array.from({ length: 200 }, (_, n) => lineAt(n)).join('\n'))
    const { imported, unchanged, failed, files_done } = await (await openImportWorld()).run(path)
    for (const cut of [1, 2, 3, 4]) {
      const store = openMemoryStore({ collections: IMPORT_TEST_COLLECTIONS, clock: systemClock })
      expect(await (await openImportWorld({ store: fullAfter(store, cut) })).run(path)).toMatchObject({
        state: 'failed',
      })
      const job = await (await openImportWorld({ store })).run(path)
      expect({ cut, ...job }).toMatchObject({ cut, state: 'completed', imported, unchanged, failed, files_done })
    }
  })

  test('what a line leaves open, the import says', async () => {
    using folder = new TestFolder()
    folder.write('n.ndjson', [line('a', { lane: 'own', tags: ['x'], trust: 40, owner: 'eve' }), line('b')].join('\n'))
    const world = await openImportWorld()
    await world.run(join(folder.path, 'n.ndjson'), { lane: 'given', tags: ['y'], trust: 70, owner: 'ada' })
    const { items } = await world.store.capsules.list({}, { limit: 10 })
    const told = await Promise.all(
      items.map(async ({ content, lane, tags, trust, owner }) => [
        content,
        lane,
        tags,
        trust,
        (await world.context.subjects.find(owner))?.name,
      ]),
    )
    expect(told.sort()).toEqual([
      ['a', 'own', ['x', 'y'], 40, 'eve'],
      ['b', 'given', ['y'], 70, 'ada'],
    ])
  })

  test('a folder named as lines, and lines named as a folder, are refused', async () => {
    using folder = new TestFolder()
    folder.write('n.ndjson', line('a'))
    const signal = new AbortController().signal
    const open = (path: string, kind: 'ndjson' | 'folder') =>
      codeOf(() => openSource(requestOf(path, { kind }), { signal, temp: TEST_TEMP }))
    expect(await open(folder.path, 'ndjson')).toBe('SOURCE_UNREADABLE')
    expect(await open(join(folder.path, 'n.ndjson'), 'folder')).toBe('SOURCE_UNREADABLE')
  })
})
