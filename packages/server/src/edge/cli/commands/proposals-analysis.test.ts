import { ROUTES } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { bar } from '../render/analysis-lines.ts'
import { run, serve } from '../testing.ts'

/** As the contract shows it. */
const exampleOf = (id: string): Record<string, unknown> =>
  Object.values(ROUTES.find((route) => route.id === id)?.responses ?? {})[0]?.example as never
const ANALYSIS = exampleOf('analyseProposal')
const ADVICE = exampleOf('getProposalAdvice')
const ID = String(ANALYSIS.proposal)

test.for([
  { part: 0, whole: 100, full: 0 },
  { part: 1, whole: 100_000, full: 1 },
  { part: 50, whole: 100, full: 10 },
  { part: 99_999, whole: 100_000, full: 19 },
  { part: 100, whole: 100, full: 20 },
  { part: 0, whole: 0, full: 0 },
])('$part of $whole fills $full of twenty columns', ({ part, whole, full }) => {
  expect(bar(part, whole)).toBe('█'.repeat(full) + '·'.repeat(20 - full))
})

test('an analysis is told with bars, the decisions that flip, and what keeps the constitution', async () => {
  await using server = await serve(() => ({ body: ANALYSIS }))
  const { code, out } = await run(['proposals', 'analysis', ID, '--decisions', '40', '--url', server.url])
  expect([code, server.received]).toMatchObject([0, [{ path: `/v2/governance/proposals/${ID}/analysis?decisions=40` }]])
  expect(out).toContain('keeps the constitution')
  expect(out).toMatch(/flips █·+ 1 of 500 recorded decisions/)
  expect(out).toContain('ada  capsule.archive  allow → deny  own.no-archive')
  expect(out).toContain('own.no-archive contradicts role.steward in 24 requests')
  expect(out).toContain('kept   const.quarantine')
})

test('what was not analysed is named as such', async () => {
  await using server = await serve(() => ({ body: { ...ANALYSIS, not_analysed: ['memory.min_trust'] } }))
  const { out } = await run(['proposals', 'analysis', ID, '--url', server.url])
  expect(out).toContain('not analysed: memory.min_trust\n  The gate does not decide by that')
})

test('what breaks the constitution, and what would be refused, ends with 5', async () => {
  for (const verdict of ['broken', 'not_executable']) {
    await using server = await serve(() => ({ body: { ...ANALYSIS, verdict, obstacle: 'Because.' } }))
    const { code, out } = await run(['proposals', 'analysis', ID, '--url', server.url])
    expect([code, out]).toEqual([5, expect.stringContaining('Because.')])
  }
})

test('the word of the council is told, without what steers a terminal; --ask asks it', async () => {
  const hostile = {
    adviser: 'model (x)',
    state: 'given',
    opinion: 'for',
    text: 'Yes\u001b[2J',
    reasons: ['a\nb'],
    code: null,
  }
  const failed = { ...hostile, state: 'failed', opinion: null, text: '', reasons: [], code: 'UNAVAILABLE' }
  const [round] = ADVICE.items as [object]
  await using server = await serve(() => ({ body: { ...ADVICE, items: [{ ...round, comments: [hostile, failed] }] } }))
  const { code, out } = await run(['proposals', 'advice', ID, '--url', server.url])
  expect([code, out.includes('\u001b')]).toEqual([0, false])
  expect(out).toContain('failed (UNAVAILABLE)')
  await run(['proposals', 'advice', ID, '--ask', '--url', server.url])
  expect(server.received).toMatchObject([{ method: 'GET' }, { method: 'POST' }])
})

test('where the council has said nothing, the command that asks it is named', async () => {
  await using server = await serve(() => ({ body: { ...ADVICE, items: [] } }))
  expect((await run(['proposals', 'advice', ID, '--url', server.url])).out).toContain(`proposals advice ${ID} --ask`)
})
