import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createAll, draftOf, idsOf, search, setStatus } from '../../domain/capsules/testing.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()

const count = (directory: string, table: string): unknown => {
  const file = new DatabaseSync(join(directory, DATABASE_FILE), { readOnly: true, timeout: 5000 })
  const row = file.prepare(`SELECT count(*) AS n FROM ${table}`).get()
  file.close()
  return row?.n
}

test('threads make segments of what was written, and answers stay what they are, also after a restart', async () => {
  const directory = folder()
  const drafts = Array.from({ length: 700 }, (_, at) => draftOf({ content: `numbat ${at % 7 === 0 ? 'quokka' : at}` }))
  const store = await openTestStore(directory)
  await createAll(store, drafts)
  const ask = (from: typeof store) => search(from, {}, { text: 'quokka', perSignal: 200 })
  const before = await ask(store)
  expect(before).toHaveLength(100)
  expect(count(directory, 'lexical_segments')).toBe(0)
  await store.settleWords()
  expect(count(directory, 'lexical_segments')).toBe(1)
  expect(count(directory, 'lexical_changes')).toBe(0)
  expect(await ask(store)).toEqual(before)

  await setStatus(store, before[0]!.id, 'ARCHIVED')
  expect(idsOf(await ask(store))).toEqual(idsOf(before.slice(1)))
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  await store[Symbol.asyncDispose]()

  await using again = await openTestStore(directory)
  expect(idsOf(await ask(again))).toEqual(idsOf(before.slice(1)))
})
