import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { type OutcomeLeg, openOutcomeWorld } from './outcome-world.ts'

const KILLS = campaign(6, 200)
const ACTS = 3
const PLACES = ['before the effect', 'after the effect', 'within the outcome'] as const
const TEST_MS_MAX = campaign(240_000, 1_800_000)
const CHILD = childProgram(new URL('./outcome-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-outcome-crash-'))
const [directory, effects] = [join(root, 'store'), join(root, 'effects')]
mkdirSync(effects)
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('what acts outside the store has one outcome each, and no effect is without an intent, wherever the process is killed', {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = createSeeded(7200)
  const startedAt = performance.now()
  let [kills, checks] = [0, 0]
  for (let round = 0; round < KILLS; round++) {
    // Each of the places comes by turns; the round tells what the last decision came to.
    const diesAt: OutcomeLeg['diesAt'] = PLACES[round % PLACES.length] ?? 'nowhere'
    const diesIn = Math.floor(random() * ACTS)
    const leg = { directory, effects, acts: ACTS, diesAt, diesIn, afterMs: Math.floor(random() * 12) }
    if ((await run(leg)) === null) kills++
    checks += await expectPaired(diesAt)
  }
  expect(kills).toBe(KILLS)
  noteCampaign('kill -9 between an intent, its effect and its outcome', {
    runs: kills,
    checks,
    ms: performance.now() - startedAt,
  })
})

/** Answers how the child ended; null after the kill. */
async function run(leg: OutcomeLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** After the next start: each intent has one outcome, and what was done has an intent. */
async function expectPaired(diedAt: OutcomeLeg['diesAt']): Promise<number> {
  await using world = await openOutcomeWorld(directory)
  await world.sweep()
  expect(await world.sweep()).toBe(0)
  const outcomes = new Map<string, unknown[]>()
  for (const { leaf } of await world.store.changesSince(-1, world.store.head() + 1)) {
    const id = String(leaf.payload.decision_id)
    if (leaf.type === 'decision.made') outcomes.set(id, [])
    if (leaf.type === 'decision.ended') outcomes.get(id)?.push(leaf.payload.outcome)
  }
  expect([...outcomes.values()].filter((each) => each.length !== 1)).toEqual([])
  const done = readdirSync(effects)
  expect(done.filter((id) => !outcomes.has(id))).toEqual([])
  // What is told as done was done.
  const toldDone = [...outcomes].filter(([, [outcome]]) => outcome === 'done').map(([id]) => id)
  expect(toldDone.filter((id) => !done.includes(id))).toEqual([])
  const last = [...outcomes.values()].at(-1)?.[0]
  expect(diedAt === 'within the outcome' ? ['done', 'unknown'] : ['unknown']).toContain(last)
  return outcomes.size
}
