import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openSqliteStore, type SqliteStore } from '../../src/adapters/sqlite/index.ts'
import { MODEL_COLLECTION } from '../../src/domain/capsules/model-change/index.ts'
import {
  addVersion,
  createAll,
  draftOf,
  maintain,
  search,
  setStatus,
  versionOf,
} from '../../src/domain/capsules/testing.ts'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { type EmbeddingLeg, testVector } from './embedding-leg.ts'

/** Changes of the model, and how often each is killed before it may finish. */
const CHANGES = campaign(1, 25)
const KILLS = campaign(2, 4)
const CAPSULES = 700
/** Steps of one whole change: batches, the switch, and the removal of what was before. */
const STEPS = 9
/** A step takes about as long. */
const STEP_MS = 12
const TEST_MS_MAX = campaign(120_000, 600_000)
const CHILD = childProgram(new URL('./embedding-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-embedding-crash-'))
const start = join(root, 'start')

beforeAll(async () => {
  mkdirSync(start)
  await using store = await open(start)
  await maintain(store, (grant) => store.capsules.openSpace(grant, 'active', { model: 'old', dimensions: 24 }))
  const drafts = Array.from({ length: CAPSULES }, (_, index) => {
    const content = `note ${index}`
    return draftOf({ content, embedding: { model: 'old', vector: testVector('old', content) } })
  })
  await createAll(store, drafts)
  for (const draft of drafts.slice(0, 60)) {
    const content = `${draft.content} again`
    const embedding = { model: 'old', vector: testVector('old', content) }
    await addVersion(store, versionOf(draft, '1.1.0', { content, embedding }))
  }
  for (const { id } of drafts.slice(100, 120)) await setStatus(store, id, 'ARCHIVED')
}, TEST_MS_MAX)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a change of the model that is killed and goes on', () => {
  test.for(Array.from({ length: CHANGES }, (_, seed) => ({ seed })))(
    'ends as one that nobody disturbed ($seed)',
    { timeout: TEST_MS_MAX },
    async ({ seed }) => {
      const directory = join(root, `killed-${seed}`)
      cpSync(start, directory, { recursive: true })
      const random = createSeeded(900 + seed)
      const startedAt = performance.now()
      let kills = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const leg = { diesAt: Math.floor(random() * STEPS), afterMs: Math.floor(random() * STEP_MS) }
        if ((await run({ directory, model: 'new', ...leg })) === null) kills++
        await using store = await open(directory)
        await expectSound(store)
      }
      expect(await run({ directory, model: 'new', diesAt: null, afterMs: 0 })).toBe(0)
      await using store = await open(directory)
      const checks = await expectChanged(store)
      expect(kills).toBeGreaterThan(0)
      noteCampaign('kill -9 during a change of the model', { runs: kills, checks, ms: performance.now() - startedAt })
    },
  )
})

const open = (directory: string): Promise<SqliteStore> =>
  openSqliteStore({ directory, collections: [MODEL_COLLECTION], readers: 1, clock: systemClock })

/** Answers how the child ended; null after the kill. */
async function run(leg: EmbeddingLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** Wherever it was cut off: nothing is damaged, and every head is found exactly in the active space. */
async function expectSound(store: SqliteStore): Promise<void> {
  const { active } = await store.capsules.embeddingSpaces()
  expect(active?.filled).toBe(CAPSULES + 60)
  expect((await store.doctor('quick')).filter(({ ok }) => !ok)).toEqual([])
  for (const text of ['note 0 again', 'note 300', `note ${CAPSULES - 1}`]) await expectFound(store, active!.model, text)
}

async function expectFound(store: SqliteStore, model: string, text: string): Promise<void> {
  const embedding = { model, vector: testVector(model, text) }
  const [best] = await search(store, {}, { embedding, perSignal: 1 })
  expect(best?.signals.vector).toBeCloseTo(1, 5)
}

/** Every version has the vector of the new model, nothing is left of the old one; answers how many were compared. */
async function expectChanged(store: SqliteStore): Promise<number> {
  const spaces = await store.capsules.embeddingSpaces()
  const versions = CAPSULES + 60
  expect(spaces).toEqual({
    active: { model: 'new', dimensions: 24, filled: versions },
    shadow: null,
    retired: [],
    versions,
  })
  await expectSound(store)
  let compared = 0
  let cursor: string | undefined
  do {
    const page = { limit: 100, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await store.capsules.list({ statuses: ['ACTIVE', 'ARCHIVED'] }, page)
    for (const { id } of items) {
      for (const { version, content } of await store.capsules.readVersions(id)) {
        const found = await store.capsules.findEmbedding(id, version)
        expect(found).toEqual({ model: 'new', vector: testVector('new', content) })
        compared++
      }
    }
    cursor = next
  } while (cursor !== undefined)
  expect(compared).toBe(versions)
  return compared
}
