import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROUTES } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

/** As the contract shows it. */
const exampleOf = (id: string): Record<string, unknown> =>
  Object.values(ROUTES.find((route) => route.id === id)?.responses ?? {})[0]?.example as never
const PROPOSAL = exampleOf('getProposal')
const ID = String(PROPOSAL.id)

test('a proposal of policies sends the files of a folder that are policies', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-proposals-'))
  writeFileSync(join(cwd, 'a.cedar'), '@id("a") permit (principal, action, resource);\n')
  writeFileSync(join(cwd, 'a.test.json'), '{"cases": []}')
  await using server = await serve(() => ({ status: 201, body: PROPOSAL }))
  const { code } = await run(['proposals', 'create', '.', '--title', 'T', '--url', server.url], { io: { cwd } })
  const files = [{ path: 'a.cedar', text: '@id("a") permit (principal, action, resource);\n' }]
  expect([code, server.received]).toMatchObject([
    0,
    [{ body: { title: 'T', action: { type: 'policy_change', files } } }],
  ])
})

test.for([
  [['--subject', 'ada', '--trust', '80'], { type: 'trust_change', subject: 'ada', trust: 80 }],
  [['--built-in'], { type: 'policy_change', files: null }],
  [
    ['--set', 'memory.min_trust=50', '--set', 'gate.mode=warn', '--unset', 'ask.threshold'],
    {
      type: 'configuration_change',
      changes: [
        { key: 'memory.min_trust', value: 50 },
        { key: 'gate.mode', value: 'warn' },
        { key: 'ask.threshold', value: null },
      ],
    },
  ],
  [['--without', 'const.own.a'], { type: 'constitution_amendment', clauses: [{ id: 'const.own.a', text: null }] }],
  [['--revert', ID], { type: 'revert', proposal: ID }],
] as const)('%j proposes that', async ([options, action]) => {
  await using server = await serve(() => ({ status: 201, body: PROPOSAL }))
  await run(['proposals', 'create', '--title', 'T', ...options, '--url', server.url])
  expect(server.received).toMatchObject([{ method: 'POST', path: '/v2/governance/proposals', body: { action } }])
})

test.for([
  [['--title', 'T'], 'Name one change'],
  [['--title', 'T', '--built-in', '--revert', ID], 'Name one change'],
  [['--title', 'T', '--subject', 'ada'], '--subject and --trust'],
  [['--title', 'T', '--subject', 'ada', '--trust', 'much'], '--action'],
  [['--title', 'T', '--set', 'memory.min_trust'], 'has no value'],
  [['--title', 'T', '--amend'], 'needs files'],
  [['--built-in'], '--title'],
] as const)('%j is refused before anything is sent', async ([options, words]) => {
  await using server = await serve(() => ({ status: 201, body: PROPOSAL }))
  const { code, err } = await run(['proposals', 'create', ...options, '--url', server.url])
  expect([code, err, server.received]).toEqual([2, expect.stringContaining(words), []])
})

test('clauses of the constitution are sent one by one, by their ids', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-proposals-'))
  const clause = (id: string) => `@id("${id}") @says("No.") forbid (principal, action, resource);`
  writeFileSync(join(cwd, 'a.cedar'), `${clause('const.own.a')}\n\n${clause('const.own.b')}\n`)
  await using server = await serve(() => ({ status: 201, body: PROPOSAL }))
  const to = ['--url', server.url]
  await run(['proposals', 'create', 'a.cedar', '--amend', '--title', 'T', ...to], { io: { cwd } })
  const clauses = ['const.own.a', 'const.own.b'].map((id) => ({ id, text: `${clause(id)}\n` }))
  expect(server.received).toMatchObject([{ body: { action: { type: 'constitution_amendment', clauses } } }])
})

test('what is vetoed is told of with the rule, and ends with 5', async () => {
  const veto = { clause: 'const.quarantine', reason: 'It would change it.' }
  const vetoed = { ...PROPOSAL, status: 'CLOSED', outcome: 'vetoed', veto, voters: null }
  await using server = await serve(() => ({ body: vetoed }))
  const { code, out } = await run(['proposals', 'open', ID, '--url', server.url])
  expect([code, out]).toEqual([5, expect.stringContaining('vetoed by const.quarantine: It would change it.')])
})

test('a vote that is none is refused, and one that is sent is told of with its weight', async () => {
  await using server = await serve(() => ({ body: exampleOf('voteOnProposal') }))
  expect((await run(['proposals', 'vote', ID, 'perhaps', '--url', server.url])).code).toBe(2)
  expect(server.received).toEqual([])
  const { out } = await run(['proposals', 'vote', ID, 'for', '--url', server.url])
  expect(out).toBe('Voted for, with a weight of 100, 2026-03-02 09:00.\n')
})

test('what failed again ends with 5 and says why', async () => {
  const execution = {
    state: 'failed',
    at: '2026-03-11T09:00:00.000Z',
    code: 'FORBIDDEN',
    detail: 'No policy permits it.',
  }
  await using server = await serve(() => ({ body: { ...PROPOSAL, status: 'CLOSED', outcome: 'passed', execution } }))
  const { code, out } = await run(['proposals', 'retry', ID, '--url', server.url])
  expect([code, out]).toEqual([
    5,
    expect.stringContaining('failed 2026-03-11 09:00 (FORBIDDEN): No policy permits it.'),
  ])
})

test('an election is printed as JSON, or written into a file that is not there yet', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-proposals-'))
  const election = exampleOf('exportElection')
  await using server = await serve(() => ({ body: election }))
  const printed = await run(['proposals', 'export', ID, '--url', server.url], { io: { cwd } })
  expect(JSON.parse(printed.out)).toEqual(election)
  const written = await run(['proposals', 'export', ID, '--out', 'e.json', '--url', server.url], { io: { cwd } })
  expect(written.out).toContain('1 ballot of 1 voter, passed.')
  expect(JSON.parse(readFileSync(join(cwd, 'e.json'), 'utf8'))).toEqual(election)
  expect(
    (await run(['proposals', 'export', ID, '--out', 'e.json', '--url', server.url], { io: { cwd } })).code,
  ).not.toBe(0)
})

test('what policies change is shown rule by rule, with both texts of what is changed, and without what steers a terminal', async () => {
  const rule = (id: string, says: string | null, text = 'forbid (…);') => ({ id, effect: 'forbid', says, text })
  const changed = { ...rule('own.c', 'As before.', 'new\u001b[2J'), before: rule('own.c', 'As before.', 'old') }
  const rules = { added: [rule('own.a', 'No.')], removed: [rule('own.b', null)], changed: [changed] }
  await using server = await serve(() => ({ body: { ...PROPOSAL, rules } }))
  const { out } = await run(['proposals', 'show', ID, '--url', server.url])
  expect(out).toContain('  + own.a forbids: No.\n  - own.b forbids: forbid (…);\n  ~ own.c forbids: As before.\n')
  expect(out).toMatch(/ {6}from old\n {6}to {3}new/)
  expect(out).not.toContain('\u001b')
})

test('whoever voted is told so, and whoever did not is shown how', async () => {
  await using server = await serve(({ path }) => ({
    body: { ...PROPOSAL, own_vote: path.includes(ID) ? 'for' : null },
  }))
  const voted = (await run(['proposals', 'show', ID, '--url', server.url])).out
  expect(voted).toContain('you voted for, and may vote otherwise until the close')
  expect(voted).not.toContain(`proposals vote ${ID}`)
  const other = ID.replace('0001', '0002')
  expect((await run(['proposals', 'show', other, '--url', server.url])).out).toContain(`proposals vote ${ID} for`)
})

test('a short wait is told to the second, with the zone', async () => {
  const wait = { closes_at: '2026-03-08T09:00:00.000Z', timelock_until: '2026-03-08T09:00:04.000Z' }
  await using server = await serve(() => ({ body: { ...PROPOSAL, status: 'CLOSED', outcome: 'passed', ...wait } }))
  const { out } = await run(['proposals', 'show', ID, '--url', server.url])
  expect(out).toContain('closed 2026-03-08 09:00\n')
  expect(out).toContain('waits until 2026-03-08 09:00:04 UTC, and is carried out then')
})
