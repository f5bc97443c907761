import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { noteCampaign } from '../note-campaign.ts'
import { examineStore } from './examine-store.ts'
import { type KillMoment, runKilledWriter } from './killed-writer.ts'
import type { Ack } from './workload.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-crash-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Folders, and how often in a row the writer of each is killed: every kill but the first hits a store with a past. */
const FOLDERS = campaign(2, 45)
const KILLS = campaign(9, 10)
/** Capsules that are looked at after a kill; at the end of a folder it is all of them. */
const NEWEST = 300
const FOLDER_MS_MAX = 240_000

const openStore = (directory: string) => openSqliteStore({ directory, collections: [], readers: 1 })

/** A tenth dies while opening, half at a random moment of its work, the rest after a few receipts. */
function drawMoment(random: () => number): KillMoment {
  const kind = random()
  if (kind < 0.1) return { after: 'start', ms: 60 + random() * 150 }
  if (kind < 0.6) return { after: 'open', ms: random() * 120 }
  return { after: 'receipts', count: 1 + Math.floor(random() * 100) }
}

describe(`a writer of the store alone is killed ${FOLDERS * KILLS} times`, () => {
  test.concurrent.for(Array.from({ length: FOLDERS }, (_, seed) => ({ seed })))(
    'folder $seed: nothing acknowledged is lost, nothing is torn',
    { timeout: FOLDER_MS_MAX },
    async ({ seed }) => {
      const folder = join(root, String(seed))
      const random = createSeeded(1000 + seed)
      const acks: Ack[] = []
      const startedAt = performance.now()
      for (let kill = 0; kill < KILLS; kill++) {
        const killed = await runKilledWriter(folder, seed * KILLS + kill, drawMoment(random))
        expect(killed.errors).toBe('')
        acks.push(...killed.acks)
        await using store = await openStore(folder)
        const isLast = kill === KILLS - 1
        const found = isLast ? examineStore(store, acks) : examineStore(store, killed.acks, { newest: NEWEST })
        expect(await found).toEqual([])
      }
      noteCampaign('kill -9 of the store’s process', {
        runs: KILLS,
        checks: acks.length,
        ms: performance.now() - startedAt,
      })
    },
  )
})

describe('the examination', () => {
  test('notices a receipt that the store does not know', { timeout: FOLDER_MS_MAX }, async () => {
    const folder = join(root, 'invented')
    const { acks } = await runKilledWriter(folder, 1, { after: 'receipts', count: 5 })
    const [first] = acks
    await using store = await openStore(folder)
    const invented: Ack = { command: 'f'.repeat(32), sequence: 1_000_000, step: { kind: 'create', id: first!.step.id } }
    expect(await examineStore(store, [invented])).toHaveLength(2)
  })

  test('notices the last commits in a copy from before them', { timeout: FOLDER_MS_MAX }, async () => {
    const folder = join(root, 'whole')
    const copy = join(root, 'earlier')
    const early = await runKilledWriter(folder, 2, { after: 'receipts', count: 40 })
    cpSync(folder, copy, { recursive: true })
    const late = await runKilledWriter(folder, 3, { after: 'receipts', count: 40 })
    await using store = await openStore(copy)
    expect(await examineStore(store, early.acks)).toEqual([])
    expect((await examineStore(store, late.acks)).length).toBeGreaterThanOrEqual(late.acks.length)
  })
})
