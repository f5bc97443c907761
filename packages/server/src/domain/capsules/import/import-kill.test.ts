import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ImportJob } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#base'
import { claudeConversation } from '../../../adapters/sources/testing/chat-exports.ts'
import { openSqliteStore } from '../../../adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../../../platform/store/testing.ts'
import type { StoredCapsule } from '../capsule.ts'
import {
  IMPORT_TEST_COLLECTIONS,
  type ImportWorld,
  longDocument,
  openImportWorld,
  TestFolder,
  TestRepository,
} from './testing.ts'

const CHILD = fileURLToPath(new URL('./testing/import-in-child.ts', import.meta.url))

/** What the children are compiled to: loading their modules takes most of their life. */
const compiled = new TestFolder()
afterAll(() => compiled[Symbol.dispose]())
beforeAll(async () => {
  using folder = new TestFolder()
  using data = new TestFolder()
  folder.write('one.md', 'so that every module is needed')
  await importAndKill(data.path, folder.path, undefined)
})

/** Kills the import after `afterMs`; gives the job when it came to its end before that. */
async function importAndKill(data: string, path: string, afterMs: number | undefined): Promise<ImportJob | undefined> {
  const child = spawn(process.execPath, ['--conditions=source', CHILD, data, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled.path },
  })
  const ended = once(child, 'close')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  if (afterMs !== undefined) void wait(afterMs).then(() => child.kill('SIGKILL'))
  const { value } = await lines.next()
  await ended
  return value === undefined ? undefined : JSON.parse(value)
}

/** Everything an import is to bring about, without what differs from run to run (ids and times of recording). */
async function resultOf(world: ImportWorld): Promise<unknown> {
  const result = []
  for (const [path, document] of await world.documents()) {
    const versions = await world.store.capsules.readVersions(document.id)
    const chunks = await world.chunksOf(document.id)
    result.push({
      path,
      versions: versions.map(({ version, content, title, validFrom, source }) => ({
        version,
        content,
        title,
        validFrom,
        source,
      })),
      chunks: chunks.map(({ version, content, partOf, source }) => ({
        version,
        content,
        index: partOf?.index,
        source,
      })),
    })
  }
  for (const { content, title, validFrom, source } of await listChats(world))
    result.push({ path: JSON.stringify(source), content, title, validFrom })
  return result.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function listChats({ store }: ImportWorld): Promise<readonly StoredCapsule[]> {
  const chats: StoredCapsule[] = []
  let cursor: string | undefined
  do {
    const page = await store.capsules.list(
      { chunks: false },
      { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
    )
    chats.push(...page.items.filter(({ source }) => source?.kind === 'chat'))
    cursor = page.next
  } while (cursor !== undefined)
  return chats
}

const COUNTS = ['imported', 'skipped', 'failed', 'capsules_created', 'versions_added', 'files_done'] as const
const countsOf = (job: ImportJob | undefined) => COUNTS.map((name) => job?.[name])

/** Beside those of `test/crash`, which are most of the fifty that every test run does. */
const KILLS = campaign(2, 40)

async function expectSameAfterKills(path: string, seed: number): Promise<void> {
  using data = new TestFolder()
  const random = createSeeded(seed)
  const plain = await openImportWorld()
  const wanted = await plain.run(path)
  for (let kill = 0; kill < KILLS; kill++) {
    const job = await importAndKill(data.path, path, Math.floor(random() * 400))
    if (job) break
  }
  const job = await importAndKill(data.path, path, undefined)
  await using store = await openSqliteStore({
    directory: data.path,
    collections: IMPORT_TEST_COLLECTIONS,
    clock: systemClock,
  })
  const world = await openImportWorld({ store })
  expect(job?.state).toBe('completed')
  expect(await resultOf(world)).toEqual(await resultOf(plain))
  const counts = await store.capsules.counts()
  const plainCounts = await plain.store.capsules.counts()
  expect(counts).toMatchObject({ capsules: plainCounts.capsules, versions: plainCounts.versions })
  const { items } = await world.imports.list({ limit: 100 })
  expect(countsOf(items.at(-1))).toEqual(countsOf(wanted))
  const findings = await store.doctor('full')
  expect(findings.filter(({ ok }) => !ok)).toEqual([])
  expect(readdirSync(data.path)).not.toContain('tmp')
}

test('a folder whose import is killed again and again ends as if it had never been', { timeout: 300_000 }, async () => {
  using folder = new TestFolder()
  const at = new Date('2025-01-01T00:00:00Z')
  for (let n = 0; n < 250; n++) {
    const content =
      n % 10 === 0 ? longDocument(`Note ${n}`, ['One', 'Two', 'Three']) : `# Note ${n}\n\nText of note ${n}.`
    folder.write(`part-${n % 7}/note-${n}.md`, content, at)
  }
  folder.write('skipped.md', new Uint8Array([0]), at)
  await expectSameAfterKills(folder.path, 1)
})

test('a history whose import is killed again and again ends as if it had never been', {
  timeout: 300_000,
}, async () => {
  using repository = new TestRepository()
  growHistory(repository, 60)
  await expectSameAfterKills(repository.path, 2)
})

test('an export of chats whose import is killed again and again ends as if it had never been', {
  timeout: 300_000,
}, async () => {
  using folder = new TestFolder()
  const conversations = Array.from({ length: 60 }, (_, n) =>
    claudeConversation(
      `c${n}`,
      Array.from({ length: 10 }, (_, turn) => (turn % 4 === 3 ? 'Yes.' : `${n} ${turn} `.repeat(40))),
    ),
  )
  folder.write('conversations.json', JSON.stringify(conversations))
  await expectSameAfterKills(join(folder.path, 'conversations.json'), 3)
})

/** Files that change, move on, go and come back, so that a step done twice or left out shows. */
function growHistory(repository: TestRepository, commits: number): void {
  for (let n = 0; n < commits; n++) {
    repository.write(`note-${n}.md`, `# Note ${n}\n\n${`words of note ${n} `.repeat(20)}`)
    repository.write('log.md', longDocument('Log', [`Entry ${n}`, `Entry ${n - 1}`]))
    if (n > 3 && n % 3 === 0 && n % 5 !== 2)
      renameSync(join(repository.path, `note-${n - 1}.md`), join(repository.path, `moved-${n - 1}.md`))
    if (n > 6 && n % 5 === 1) repository.remove(`note-${n}.md`)
    if (n > 10 && n % 4 === 1) repository.write('log.md', `short at ${n}`)
    repository.commit(`commit ${n}`, `Author${n % 3}`)
  }
}
