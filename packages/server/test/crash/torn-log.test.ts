import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DATABASE_FILE, openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { noteCampaign } from '../note-campaign.ts'
import { examineStore } from './examine-store.ts'
import { runKilledWriter } from './killed-writer.ts'
import type { Ack } from './workload.ts'

/** Places where the write-ahead log is cut; at every second one the bytes before the cut are garbled as well. */
const CUTS = campaign(20, 400)
const GARBLED_BYTES = 200
const RECEIPTS = campaign(120, 360)
/** Few at once, so that the log holds many commits. */
const IN_FLIGHT = 3
const TEST_MS_MAX = campaign(240_000, 1_800_000)
const WAL = `${DATABASE_FILE}-wal`

const root = mkdtempSync(join(tmpdir(), 'cascade-torn-'))
const origin = join(root, 'origin')
let acks: readonly Ack[]

beforeAll(async () => {
  acks = (await runKilledWriter(origin, 7, { after: 'receipts', count: RECEIPTS }, { inFlight: IN_FLIGHT })).acks
}, TEST_MS_MAX)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe(`a write-ahead log that ends at any of ${CUTS} places, as a power cut leaves it`, () => {
  test('opens as the store was at some commit: a beginning of what was written, and all of that', {
    timeout: TEST_MS_MAX,
  }, async () => {
    const random = createSeeded(99)
    const startedAt = performance.now()
    const heads: number[] = []
    for (let cut = 0; cut < CUTS; cut++) {
      const folder = tear(cut, random)
      await using store = await openSqliteStore({ directory: folder, collections: [], readers: 1 })
      const head = store.head()
      heads.push(head)
      const covered = acks.filter(({ sequence }) => sequence <= head)
      expect(await examineStore(store, covered)).toEqual([])
    }
    // Cuts that all fell before the first commit, or all behind the last one, would prove nothing.
    expect(new Set(heads).size).toBeGreaterThan(CUTS / 4)
    noteCampaign('torn write-ahead logs', { runs: CUTS, checks: CUTS, ms: performance.now() - startedAt })
  })
})

/** A copy of the folder whose log ends early. */
function tear(cut: number, random: () => number): string {
  const folder = join(root, `cut-${cut}`)
  mkdirSync(folder)
  copyFileSync(join(origin, DATABASE_FILE), join(folder, DATABASE_FILE))
  const wal = readFileSync(join(origin, WAL))
  const kept = Buffer.from(wal.subarray(0, Math.floor(random() * wal.byteLength)))
  if (cut % 2 === 1) for (let at = 1; at <= Math.min(GARBLED_BYTES, kept.byteLength); at++) garble(kept, at, random)
  writeFileSync(join(folder, WAL), kept)
  return folder
}

function garble(bytes: Buffer, fromEnd: number, random: () => number): void {
  bytes[bytes.byteLength - fromEnd] = Math.floor(random() * 256)
}
