import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CAPSULE_STATUSES } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SegmentFinding } from '#capsules'
import { FolderObjects } from '../../src/adapters/objects/index.ts'
import { createAll, draftOf, search } from '../../src/domain/capsules/testing.ts'
import { campaign, createSeeded, grantOf } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { type ArchiveLeg, CAPSULES, contentOf } from './archive-leg.ts'
import { openArchiveWorld } from './archive-world.ts'

/** Lives of a store, and how often each is cut off. */
const LIVES = campaign(1, 15)
const KILLS = campaign(3, 8)
/** Writes of the store and calls of the place in a life of three rounds, about. */
const STEPS = 70
const STEP_MS = 12
const TEST_MS_MAX = campaign(240_000, 900_000)
const CHILD = childProgram(new URL('./archive-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-archive-crash-'))
const start = join(root, 'start')
const contents = new Map<string, string>()
const open = (directory: string) => openArchiveWorld(directory, new FolderObjects(join(directory, 'archive'), true))

beforeAll(async () => {
  mkdirSync(start)
  await using world = await open(start)
  const drafts = Array.from({ length: CAPSULES }, (_, index) => draftOf({ content: contentOf(index) }))
  for (const { id, content } of drafts) contents.set(id, content)
  await createAll(world.store, drafts)
}, TEST_MS_MAX)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('moves into the archive and back that are killed', () => {
  test.for(Array.from({ length: LIVES }, (_, seed) => ({ seed })))(
    'leave each capsule whole in the store, whole in a segment, or erased ($seed)',
    { timeout: TEST_MS_MAX },
    async ({ seed }) => {
      const directory = join(root, `life-${seed}`)
      cpSync(start, directory, { recursive: true })
      const random = createSeeded(4000 + seed)
      const startedAt = performance.now()
      let [kills, checks] = [0, 0]
      for (let kill = 0; kill < KILLS; kill++) {
        const death = { diesAt: Math.floor(random() * STEPS), isWithin: random() < 0.5 }
        const leg = { directory, seed: 100 * seed + kill, ...death, afterMs: Math.floor(random() * STEP_MS) }
        if ((await run(leg)) === null) kills++
        checks += await expectWhole(directory)
      }
      expect(await run({ directory, seed: 99 + seed, diesAt: null, isWithin: false, afterMs: 0 })).toBe(0)
      checks += await expectAllBack(directory)
      expect(kills).toBeGreaterThan(0)
      noteCampaign('kill -9 during moves into the archive', { runs: kills, checks, ms: performance.now() - startedAt })
    },
  )
})

/** Answers how the child ended; null after the kill. */
async function run(leg: ArchiveLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

type World = Awaited<ReturnType<typeof open>>

const headsOf = async ({ store }: World) =>
  (await store.capsules.list({ statuses: CAPSULE_STATUSES }, { limit: 100 })).items

/** Wherever it was cut off: what is here says what it said, and what is away is whole in its segment. */
async function expectWhole(directory: string): Promise<number> {
  await using world = await open(directory)
  await world.archives.tidy(() => grantOf('capsule.offload', { reach: 'lines' }))
  const heads = await headsOf(world)
  expect(heads).toHaveLength(CAPSULES)
  for (const { id, status, archivedIn, content } of heads)
    if (status !== 'ERASED' && archivedIn === null) expect(content).toBe(contents.get(id))
  const found: SegmentFinding[] = []
  for await (const one of world.archives.verify()) found.push(one)
  expect(found.filter(({ ok }) => !ok)).toEqual([])
  const away = heads.filter(({ archivedIn }) => archivedIn !== null).length
  expect(found.reduce((sum, { opened }) => sum + opened, 0)).toBe(away)
  return heads.length + found.length
}

/** All that was not erased comes back, says what it said, and is found. */
async function expectAllBack(directory: string): Promise<number> {
  await using world = await open(directory)
  const living = (await headsOf(world)).filter(({ status }) => status !== 'ERASED')
  expect(living.length).toBeGreaterThan(0)
  const ids = living.map(({ id }) => id)
  await world.archives.restore({ grant: grantOf('capsule.reload', { reach: 'lines' }) }, ids)
  for (const { id, content, status } of await world.store.capsules.getHeads(ids)) {
    expect([status, content]).toEqual(['ACTIVE', contents.get(id)])
    const word = /wombat\d+/.exec(content)?.[0] ?? ''
    expect((await search(world.store, {}, { text: word })).map((one) => one.id)).toContain(id)
  }
  await world.store.scrub()
  expect((await world.store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  return living.length
}
