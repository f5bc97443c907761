import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { listHolds } from '../../src/domain/capsules/keeping/holds.ts'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { type ApprovalLeg, openApprovalWorld } from './approval-world.ts'

const KILLS = campaign(6, 200)
/** Writes of a child, about. */
const WRITES = 16
const ASKED = 3
const TEST_MS_MAX = campaign(240_000, 1_800_000)
const CHILD = childProgram(new URL('./approval-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-approval-crash-'))
const directory = join(root, 'store')
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('what is approved is carried out once, never twice and never forgotten, wherever the process is killed', {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = createSeeded(7100)
  const startedAt = performance.now()
  let [kills, checks] = [0, 0]
  for (let round = 0; round < KILLS; round++) {
    const reasons = Array.from({ length: ASKED }, (_, index) => `case ${round}-${index}`)
    const diesAt = Math.floor(random() * WRITES)
    const leg = { directory, reasons, diesAt, isWithin: random() < 0.5, afterMs: Math.floor(random() * 12) }
    if ((await run(leg)) === null) kills++
    checks += await expectOnce(round)
  }
  expect(kills).toBeGreaterThan(0)
  noteCampaign('kill -9 between an approval and what it approves', {
    runs: kills,
    checks,
    ms: performance.now() - startedAt,
  })
})

/** Answers how the child ended; null after the kill. */
async function run(leg: ApprovalLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** After the next start: what was approved is there once, and what was not is not. */
async function expectOnce(round: number): Promise<number> {
  await using world = await openApprovalWorld(directory)
  const { approvals, context, store } = world
  await approvals.sweep(new AbortController().signal)
  const rows = (await approvals.list({}, { limit: 1000 }, async () => true)).items
  const holds: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await listHolds(context, { limit: 100, ...(cursor !== undefined && { cursor }) })
    holds.push(...page.items.map(({ reason }) => reason))
    cursor = page.next
    if (cursor === undefined) break
  }
  const wanted = rows.filter(({ state }) => state === 'executed').map(({ operation }) => reasonOf(operation.body))
  expect(rows.map(({ state }) => state).filter((state) => state !== 'executed' && state !== 'waiting')).toEqual([])
  expect(holds.toSorted()).toEqual(wanted.toSorted())
  const mine = rows.filter(({ operation }) => reasonOf(operation.body).startsWith(`case ${round}-`))
  for (const { id, state } of mine) {
    const told = await store.ledger.list({ subject: `approval/${id}` }, { limit: 100 })
    const words = told.map(({ leaf }) => leaf.type).toReversed()
    const whole = ['approval.parked', 'approval.approved', 'approval.executed']
    expect(words).toEqual(state === 'waiting' ? ['approval.parked'] : whole)
  }
  // Few wait at once: the next life asks for more.
  for (const { id, state } of rows)
    if (state === 'waiting') expect(await world.approve(id)).toMatchObject({ state: 'executed' })
  return rows.length + mine.length
}

const reasonOf = (body: unknown): string => String((body as { readonly reason: unknown }).reason)
