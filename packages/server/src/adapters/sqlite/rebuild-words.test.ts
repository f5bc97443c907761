import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
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
  expect(await store.rebuildWords()).toBe(3)
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  expect(await found()).toEqual(before)
})
