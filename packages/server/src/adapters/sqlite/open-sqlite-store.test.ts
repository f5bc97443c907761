import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Finding } from '#store'
import {
  addVersion,
  create,
  createAll,
  createCommand,
  draftOf,
  getHead,
  RANKING,
  setStatus,
  versionOf,
} from '../../domain/capsules/testing.ts'
import { startWriter } from '../../home.ts'
import { codeOf, commandOf, commit, grantOf, noteOf, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openSqliteStore } from './open-sqlite-store.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()

test('a folder that a newer program wrote is refused and left as it is', async () => {
  const directory = folder()
  mkdirSync(directory)
  const file = join(directory, DATABASE_FILE)
  const newer = new DatabaseSync(file)
  newer.exec('PRAGMA journal_mode = WAL; CREATE TABLE future (a); PRAGMA user_version = 999')
  newer.close()
  const before = readFileSync(file)
  expect(await codeOf(() => openTestStore(directory))).toBe('DATA_FOLDER_NEWER')
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a file that is no database is called damaged', async () => {
  const directory = folder()
  mkdirSync(directory)
  copyFileSync(import.meta.filename, join(directory, DATABASE_FILE))
  expect(await codeOf(() => openTestStore(directory))).toBe('DATA_CORRUPT')
})

test('everything is there again after closing and opening', async () => {
  const directory = folder()
  const first = await openTestStore(directory)
  const embedding = { model: 'm', vector: Float32Array.of(3, 4) }
  const draft = await create(first, { content: 'a word that comes again', tags: ['t'], embedding })
  const archived = await create(first, { content: 'a word that rests', embedding })
  await setStatus(first, archived.id, 'ARCHIVED')
  await addVersion(first, versionOf(draft, '1.1.0', { content: 'another word that comes again', embedding }))
  const [head, leaf] = [await getHead(first, draft.id), await first.ledger.find(first.head())]
  await first[Symbol.asyncDispose]()

  const second = await openTestStore(directory)
  expect(await getHead(second, draft.id)).toEqual(head)
  expect(await second.ledger.find(second.head())).toEqual(leaf)
  const question = { text: 'again', embedding, filter: {}, perSignal: 10 }
  const { candidates } = await second.capsules.candidates(question)
  expect(candidates.map(({ id, version }) => [id, version])).toEqual([[draft.id, '1.1.0']])
  expect(candidates[0]?.signals).toMatchObject({ lexical: expect.any(Number), vector: expect.closeTo(1, 6) })
  await commit(second, noteOf())
  expect((await second.ledger.verifyChain(0)).firstBad).toBeUndefined()
  await second[Symbol.asyncDispose]()
})

test('an index that a collection is given later finds what was there before', async () => {
  const directory = folder()
  const before = await openTestStore(directory, { collections: [{ name: 'people', indexes: [] }] })
  const grant = grantOf('subject.create')
  await commit(before, commandOf(grant, [before.records.put(grant, 'people', 'ada', { name: 'Ada' })]))
  await before[Symbol.asyncDispose]()
  const after = await openSqliteStore({ directory, collections: TEST_COLLECTIONS, readers: 1 })
  const { items } = await after.records.listBy('people', 'name', 'Ada', { limit: 10 })
  expect(items.map(({ key }) => key)).toEqual(['ada'])
  await after[Symbol.asyncDispose]()
})

test('a version that damage took away costs its own hit and mislabels no other', async () => {
  const directory = folder()
  const first = await openTestStore(directory)
  const drafts = []
  for (const content of ['quokka', 'quokka and more', 'quokka and still more'])
    drafts.push(await create(first, { content }))
  await first[Symbol.asyncDispose]()
  const file = new DatabaseSync(join(directory, DATABASE_FILE))
  file.exec("DELETE FROM versions WHERE content = 'quokka'")
  file.close()

  await using second = await openTestStore(directory)
  const { hits } = await second.capsules.search({ text: 'quokka', filter: {}, perSignal: 10 }, RANKING)
  expect(hits.map(({ capsule }) => capsule.id)).toEqual(drafts.slice(1).map(({ id }) => id))
  for (const { candidate, capsule } of hits) expect(candidate.id).toBe(capsule.id)
})

test('long texts and short ones come back as they were, compressed or not', async () => {
  const contents = ['x', 'ä'.repeat(600), `${'0123456789'.repeat(5000)}é`, '\u0000\u{1f9ea}'.repeat(2000)]
  for (const compressionLevel of [0, 6]) {
    const store = await openTestStore(folder(), { compressionLevel })
    for (const content of contents) {
      const { id } = await create(store, { content })
      expect((await getHead(store, id)).content).toBe(content)
    }
    await store[Symbol.asyncDispose]()
  }
})

test('a thread that was started before it was known where it will write becomes the writer', async () => {
  const directory = folder()
  const writer = startWriter()
  const store = await openTestStore(directory, { writer })
  const { id } = await create(store, { content: 'written by it' })
  expect((await getHead(store, id)).content).toBe('written by it')
  await store[Symbol.asyncDispose]()
  // It has ended with its store.
  expect(writer.threadId).toBe(-1)
})

test('a thread that ended before it was wanted is replaced', async () => {
  const writer = new Worker('process.exit(1)', { eval: true })
  await once(writer, 'exit')
  await using store = await openTestStore(folder(), { writer })
  const { id } = await create(store, { content: 'written all the same' })
  expect((await getHead(store, id)).content).toBe('written all the same')
})

test('a capsule that is made right after a start knows what it nearly repeats, and finds it by its meaning', async () => {
  const directory = folder()
  const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')
  const embedding = { model: 'm', vector: Float32Array.of(1, 2) }
  const first = await openTestStore(directory)
  const draft = await create(first, { content: text, embedding })
  await first[Symbol.asyncDispose]()

  await using second = await openTestStore(directory)
  const next = draftOf({ content: `${text} more`, embedding })
  const { near_duplicates } = await commit(second, createCommand(second, next))
  expect(near_duplicates.map(({ id }) => id)).toEqual([draft.id])
  const { candidates } = await second.capsules.candidates({ embedding, filter: {}, perSignal: 10 })
  expect(candidates.map(({ id }) => id).sort()).toEqual([draft.id, next.id].sort())
})

test('questions that come all at once right after a start are answered by readers that start for them', async () => {
  const directory = folder()
  const first = await openTestStore(directory)
  const { id } = await create(first, { content: 'asked for by many' })
  await first[Symbol.asyncDispose]()
  await using store = await openTestStore(directory, { readers: 3 })
  const answers = await Promise.all(Array.from({ length: 200 }, () => getHead(store, id)))
  expect(new Set(answers.map(({ content }) => content))).toEqual(new Set(['asked for by many']))
})

test('a store that is closed right after it was opened starts no reader any more', async () => {
  const store = await openTestStore(folder(), { readers: 3 })
  await store[Symbol.asyncDispose]()
  expect(await codeOf(() => store.capsules.count())).toBe('UNAVAILABLE')
})

test('a search that comes before the vectors are in memory finds the nearest of all, and a write comes after them', async () => {
  const directory = folder()
  const embeddingOf = (at: number) => ({ model: 'm', vector: Float32Array.of(1, at / 500, at % 7) })
  const first = await openTestStore(directory)
  const drafts = Array.from({ length: 700 }, (_, at) => draftOf({ content: `note ${at}`, embedding: embeddingOf(at) }))
  await createAll(first, drafts)
  await first[Symbol.asyncDispose]()

  await using second = await openTestStore(directory)
  const last = drafts.at(-1)!
  const question = { embedding: last.embedding!, filter: {}, perSignal: 1 }
  const [{ candidates }, written] = await Promise.all([
    second.capsules.candidates(question),
    second.append([createCommand(second, { ...last, id: draftOf().id }, 'scope')]),
  ])
  expect(candidates.map(({ id }) => id)).toEqual([last.id])
  expect(written.map((outcome) => outcome.ok && outcome.receipt.outcome)).toEqual(['existing'])
  expect(await second.doctor('quick')).toSatisfy((findings: readonly Finding[]) => findings.every(({ ok }) => ok))
})
