import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { expectOnce } from './proposal-end.ts'
import { KINDS, type ProposalLeg, storeIn } from './proposal-world.ts'

/** A few here, since `proposal-steps.test.ts` ends at every write; in the campaign some at each. */
const KILLS = campaign(3, 200)
/** Writes of a child, about. */
const WRITES = 32
/** Steps from one kill to the next, so that a few kills are at many writes. */
const STRIDE = 7
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
  // Some rounds come to their end before they are killed.
  for (let round = 0; kills < KILLS; round++) {
    expect(round).toBeLessThan(3 * KILLS)
    const hours = 2 * round * HOURS_A_LIFE
    const dies = { diesAt: (round * STRIDE) % WRITES, isWithin: random() < 0.5, afterMs: Math.floor(random() * 12) }
    if ((await run({ directory, hours, made: round * KINDS.length, ...dies })) === null) kills++
    checks += await expectOnce(storeIn(directory), hours + HOURS_A_LIFE)
  }
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
