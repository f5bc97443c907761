import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { addVersion, create, idsOf, search, setStatus, versionOf } from '../../domain/capsules/testing.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()

test.for([
  { name: 'terms that are gone', sql: 'DELETE FROM term_streams' },
  { name: 'changes that are gone', sql: 'DELETE FROM lexical_changes' },
  { name: 'words that mean others', sql: "UPDATE lexicon SET term = 'x' || term" },
])('made anew, the index of words is what it was before damage: $name', async ({ sql }) => {
  const directory = folder()
  await using store = await openTestStore(directory)
  const first = await create(store, { title: 'The quokka', content: 'speaks of numbats', tags: ['small'] })
  await addVersion(store, versionOf(first, '1.1.0', { content: 'says nothing of numbats any more' }))
  const second = await create(store, { content: 'a numbat at noon' })
  await setStatus(store, second.id, 'ARCHIVED')
  const found = async () => ({
    active: await search(store, {}, { text: 'numbats quokka' }),
    archived: await search(store, { statuses: ['ARCHIVED'] }, { text: 'noon' }),
  })
  const before = await found()
  expect([idsOf(before.active), idsOf(before.archived)]).toEqual([[first.id], [second.id]])

  const file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
  file.exec(sql)
  file.close()
  const damaged = (await store.doctor('full')).filter(({ ok }) => !ok)
  expect(damaged.map(({ check }) => check)).toContainEqual(expect.stringContaining('words'))
  expect(await store.repair(await store.doctor('full'))).toEqual([
    { check: 'words', detail: 'made anew from 3 versions' },
  ])
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  expect(await found()).toEqual(before)
  expect(await store.repair(await store.doctor('full'))).toEqual([])
})

test('a bit that turned over in the terms of a version is found and repaired, from its text that nobody touched', async () => {
  const directory = folder()
  await using store = await openTestStore(directory)
  for (let index = 0; index < 20; index++) await create(store, { content: `numbat ${index} at noon` })
  const file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
  const streams = file.prepare('SELECT version, stream FROM term_streams LIMIT 1')
  // Columns of the schema: a number and bytes.
  const { version, stream } = streams.get() as { readonly version: number; readonly stream: Uint8Array }
  stream[stream.length - 1]! ^= 1
  file.prepare('UPDATE term_streams SET stream = ? WHERE version = ?').run(stream, version)
  file.close()
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toHaveLength(1)
  expect(await store.repair(await store.doctor('full'))).toEqual([
    { check: 'words', detail: 'made anew from 20 versions' },
  ])
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  expect(await search(store, {}, { text: 'numbat' })).toHaveLength(20)
})

test('where the rows are damaged as well nothing is repaired, and the reason is named', async () => {
  const directory = folder()
  await using store = await openTestStore(directory)
  await create(store, { content: 'a numbat at noon' })
  const file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
  file.exec('DELETE FROM term_streams; UPDATE capsules SET head = head + 1000')
  file.close()
  const refused = await store.repair(await store.doctor('full')).catch((error: unknown) => error)
  expect(isCascadeError(refused) && [refused.code, refused.detail]).toEqual([
    'DATA_CORRUPT',
    expect.stringContaining('heads'),
  ])
})
