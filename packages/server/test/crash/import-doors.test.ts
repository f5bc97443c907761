import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestRepository } from '../../src/domain/capsules/import/testing.ts'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { noteCampaign } from '../note-campaign.ts'
import { makeDoors } from './import-doors.ts'
import type { Death, Leg, LegEnd } from './import-legs.ts'
import type { ImportState } from './import-state.ts'
import { type LegsRun, runLegs } from './run-legs.ts'

/** How often every door is tried, how much comes in by each, and how often it is cut off at most. */
const ROUNDS = campaign(1, 25)
const SIZE = campaign(1, 3)
const KILLS = campaign(1, 4)
/** Longest time that what is under way goes on before the process ends: a write takes as long. */
const STEP_MS_MAX = 12
const TEST_MS_MAX = campaign(120_000, 600_000)

const root = mkdtempSync(join(tmpdir(), 'cascade-import-doors-'))
const since = Date.now()
let repository: TestRepository
let doors: readonly Leg[]
/** What comes in by each door where nobody cuts it off. */
let wanted: LegsRun

beforeAll(async () => {
  repository = new TestRepository()
  doors = await makeDoors(join(root, 'sources'), SIZE, repository)
  wanted = await runLegs(doors, root, { data: null, afterMs: 0, since })
}, TEST_MS_MAX)
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  repository[Symbol.dispose]()
})

test.for(Array.from({ length: ROUNDS }, (_, seed) => ({ seed })))(
  'by whichever door it comes, an import that is killed and run again ends as if it had never been ($seed)',
  { timeout: TEST_MS_MAX },
  async ({ seed }) => {
    const random = createSeeded(1000 + seed)
    const data = join(root, `round-${seed}`)
    mkdirSync(data)
    const legs = doors.map((door, index) => ({ ...door, deaths: deathsOf(door, index, random) }))
    const startedAt = performance.now()
    const { ends, result, cuts } = await runLegs(legs, root, { data, afterMs: random() * STEP_MS_MAX, since })
    expect(ends.filter(({ state }) => state !== 'completed')).toEqual([])
    expect(cuts).toBeGreaterThanOrEqual(doors.length)
    expectEqual(result, wanted.result)
    const checks = result.doors.reduce((sum, { files }) => sum + files.length, result.capsules.length)
    noteCampaign('kill -9 during imports by every door', { runs: cuts, checks, ms: performance.now() - startedAt })
    rmSync(data, { recursive: true })
  },
)

test('the comparison is about something: every door lets in much, in more than one write, and nothing is wrong', () => {
  for (const { name, writes, state } of wanted.ends)
    expect({ name, isLong: writes > 3, state }).toEqual({ name, isLong: true, state: 'completed' })
  for (const { name, files } of wanted.result.doors)
    expect({ name, isMuch: files.length > 18 }).toEqual({ name, isMuch: true })
  expect(wanted.result.capsules.length).toBeGreaterThan(900)
  expect(wanted.result.trouble).toEqual([])
})

/** Piece by piece: of what is equal nobody wants to read. */
function expectEqual(found: ImportState, wanted: ImportState): void {
  for (const [index, door] of wanted.doors.entries()) expect(found.doors[index]).toEqual(door)
  expect(without(found.capsules, wanted.capsules)).toEqual([])
  expect(without(wanted.capsules, found.capsules)).toEqual([])
  expect(found).toEqual(wanted)
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return lines.filter((line) => !known.has(line))
}

/** Where an import is cut off: first in a document where there are any, else early and late by turns. */
function deathsOf({ name }: Leg, index: number, random: () => number): readonly Death[] {
  const end = wanted.ends.find((one) => one.name === name)
  if (!end) throw new Error(`nobody has imported ${name}`)
  const first = index + Math.floor(random() * 2)
  return Array.from({ length: KILLS }, (_, kill) => {
    if (kill === 0 && end.conversions > 0) return deathAt('conversion', end, random(), random)
    // What was done is not done again: less is left for each next one.
    return deathAt('write', end, (random() + ((first + kill) % 2)) / 2 / (kill + 1), random)
  })
}

/** @param share how much of the import has gone by. */
const deathAt = (at: Death['at'], end: LegEnd, share: number, random: () => number): Death => ({
  at,
  number: 1 + Math.floor(share * (at === 'write' ? end.writes : end.conversions)),
  isWithin: random() < 0.7,
})
