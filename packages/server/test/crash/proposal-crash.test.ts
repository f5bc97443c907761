import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { openProposalWorld, type ProposalLeg } from './proposal-world.ts'

/** One at each write, and more. */
const KILLS = campaign(20, 200)
/** Writes of a child, about. */
const WRITES = 20
const MADE = 2
const HOURS_A_LIFE = 24
const TEST_MS_MAX = campaign(300_000, 1_800_000)
const CHILD = childProgram(new URL('./proposal-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-proposal-crash-'))
const directory = join(root, 'store')
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('what was passed is carried out once, never twice and never forgotten, wherever the process is killed', {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = createSeeded(7200)
  const startedAt = performance.now()
  let [kills, checks] = [0, 0]
  for (let round = 0; round < KILLS; round++) {
    const hours = 2 * round * HOURS_A_LIFE
    const dies = { diesAt: round % WRITES, isWithin: random() < 0.5, afterMs: Math.floor(random() * 12) }
    if ((await run({ directory, hours, count: MADE, ...dies })) === null) kills++
    checks += await expectOnce(hours + HOURS_A_LIFE)
  }
  expect(kills).toBeGreaterThan(KILLS / 2)
  noteCampaign('kill -9 between a vote and what it decided', { runs: kills, checks, ms: performance.now() - startedAt })
})

/** Answers how the child ended; null after the kill. */
async function run(leg: ProposalLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** After the next start: every proposal goes on to its end, and the policies were put in force as often as that was passed. */
async function expectOnce(hours: number): Promise<number> {
  await using world = await openProposalWorld(directory, hours)
  const { proposals, store } = world
  for (const { id } of (await proposals.list('DRAFT', { limit: 100 })).items) await world.putToTheVote(id)
  // Voting opens where it had not yet, then closes, and what is passed is carried out.
  for (const hours of [0, 3, 3]) {
    world.wait(hours)
    expect((await world.sweep()).troubles).toEqual([])
  }
  expect(await world.sweep()).toEqual({ opened: 0, closed: 0, executed: 0, troubles: [] })
  const rows = (await proposals.list(undefined, { limit: 1000 })).items
  const passed = rows.filter(({ outcome }) => outcome === 'passed')
  expect(passed.map(({ execution, next }) => [execution?.state, next])).toEqual(
    passed.map(() => ['executed', 'nothing']),
  )
  expect(rows.filter(({ status }) => status !== 'CLOSED')).toEqual([])
  const applied = await store.ledger.list({ type: 'policy.applied' }, { limit: 1000 })
  expect(applied).toHaveLength(passed.length)
  const told = await store.ledger.list({ type: 'proposal.executed' }, { limit: 1000 })
  expect(told.map(({ leaf }) => leaf.subject).toSorted()).toEqual(passed.map(({ id }) => `proposal/${id}`).toSorted())
  return rows.length
}
