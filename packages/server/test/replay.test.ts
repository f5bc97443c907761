import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DecisionInput, type ReplayReport, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { carriedIn } from '#evidence'
import { run } from '../src/edge/cli/testing.ts'
import { filesOf } from '../src/platform/evidence/testing.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const RUN_MS_MAX = 240_000
const root = mkdtempSync(join(tmpdir(), 'cascade-replay-'))
const [dataDir, notes, bundle] = [join(root, 'data'), join(root, 'notes'), join(root, 'decisions.zip')]
afterAll(() => rmSync(root, { recursive: true, force: true }))

const OTHER = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
/** Beside what comes with the program: one rule that holds, one that is relaxed, one that is for some. */
const OWN = `@id("everybody.all") permit(principal, action, resource);
@id("archive.asked") @curable("approval") forbid(principal, action == Action::"capsule.archive", resource)
unless { context.approved };
@id("agents.link") @mode("audit") forbid(principal, action == Action::"capsule.link", resource);
@id("some.tag") @mode("warn") @canary("50") forbid(principal, action == Action::"capsule.bulk", resource);
@id("odd") forbid(principal, action == Action::"import.read", resource) when { principal has owner && principal.kind == "agent" };
`

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

async function ask(at: ServerAddress, method: string, path: string, body?: object): Promise<Answer> {
  const headers = {
    ...(at.token !== '' && { authorization: `Bearer ${at.token}` }),
    ...(body && { 'content-type': 'application/json' }),
    ...(method === 'PUT' && { 'if-match': '*' }),
    // The door of agents asks for both; the events are read as a page, for a stream of them never ends.
    accept: path === '/mcp' ? 'application/json, text/event-stream' : 'application/json',
  }
  const answer = await fetch(`${at.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  return { status: answer.status, text, body: text.startsWith('{') && !text.includes('\n{') ? JSON.parse(text) : {} }
}

/** Routes that many decisions come from; the door of agents is knocked at by itself. */
const GOVERNED = ROUTES.filter(
  ({ access, path, ...row }) => 'action' in access && !path.startsWith('/mcp') && !('localOnly' in row),
)

const addressOf = (path: string, id: string) =>
  path
    .replace('/v2/capsules/{id}', `/v2/capsules/${id}`)
    .replaceAll('{version}', '1.0.0')
    .replaceAll('{index}', '0')
    .replaceAll('{digest}', '0'.repeat(64))
    .replaceAll('{kind}', 'RELATED_TO')
    .replaceAll(/\{\w+\}/g, OTHER)

const tokens = { ada: '', scout: '', grace: '' }

/** Everybody at every door, in one mode. */
async function knock(mode: string, then: (address: ServerAddress) => Promise<void> = async () => undefined) {
  const rate = { CASCADE_LIMITS_RATE_REQUESTS_PER_MINUTE: '60000', CASCADE_LIMITS_RATE_BURST: '10000' }
  await using server = new ServerProcess({ dataDir, env: { CASCADE_GATE_MODE: mode, ...rate } })
  const address = await server.ready()
  const made = await ask(address, 'POST', '/v2/capsules', { content: `Known in ${mode}.`, type: 'knowledge' })
  const id = String(made.body.id)
  if (tokens.ada === '') await register(address)
  for (const { method, path } of GOVERNED) {
    for (const token of [address.token, tokens.scout, tokens.ada, ''])
      await ask({ ...address, token }, method, addressOf(path, id))
  }
  await then(address)
  expect(await server.stop(), server.log).toBe(0)
}

async function register(address: ServerAddress): Promise<void> {
  const subjects = [
    { kind: 'person', name: 'ada', roles: ['member'], trust: 60 },
    { kind: 'agent', name: 'scout', owner: 'ada', trust: 40 },
    { kind: 'person', name: 'grace', roles: ['steward'], trust: 80 },
  ]
  for (const subject of subjects) expect((await ask(address, 'POST', '/v2/subjects', subject)).status).toBe(201)
  for (const name of ['ada', 'scout', 'grace'] as const) {
    const { body } = await ask(address, 'POST', '/v2/tokens', { subject: name, name: 'of the test' })
    tokens[name] = String(body.token)
  }
}

/** What enforce alone does: a tool, a job, other policies, what is held and approved, an emergency. */
async function live(address: ServerAddress): Promise<void> {
  const scout = { ...address, token: tokens.scout }
  const grace = { ...address, token: tokens.grace }
  const tool = { name: 'recall', arguments: { query: 'known' } }
  const introduced = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  for (const [method, params] of [
    ['initialize', introduced],
    ['tools/call', tool],
    ['tools/call', { name: 'forget', arguments: { id: OTHER, reason: 'why not' } }],
  ] as const)
    await ask(scout, 'POST', '/mcp', { jsonrpc: '2.0', id: 1, method, params })
  const imported = await ask(address, 'POST', '/v2/imports', { path: notes })
  const isOver = async () => {
    expect((await ask(address, 'GET', `/v2/imports/${imported.body.id}`)).body.state).toBe('completed')
  }
  await vi.waitFor(isOver, { timeout: 20_000 })
  await ask(address, 'POST', '/access/v1/evaluation', {
    subject: { type: 'user', id: 'scout' },
    action: { name: 'capsule.erase' },
    resource: { type: 'capsule', id: OTHER },
  })
  // At the doors somebody has archived what was there.
  const { id } = (await ask(address, 'POST', '/v2/capsules', { content: 'Still there.', type: 'knowledge' })).body
  const applied = await ask(address, 'PUT', '/v2/governance/policies', { files: [{ path: 'own.cedar', text: OWN }] })
  expect(applied.body).toMatchObject({ applied: true })
  const held = await ask(address, 'DELETE', `/v2/capsules/${id}`)
  expect(held.status).toBe(202)
  // An approval is the whole of what the answer tells of.
  const { id: approval } = held.body.approval as { readonly id: string }
  const word = await ask(grace, 'POST', `/v2/governance/approvals/${approval}`, { decision: 'approve' })
  expect(word).toMatchObject({ status: 200, body: { state: 'executed' } })
  for (const who of [scout, grace, address]) {
    await ask(who, 'GET', `/v2/capsules/${id}`)
    await ask(who, 'POST', `/v2/capsules/${id}/links`, { to: id, kind: 'RELATED_TO' })
    await ask(who, 'POST', '/v2/capsules/bulk', { operation: 'tag', ids: [id], add: ['a'] })
    await ask(who, 'GET', '/v2/imports')
  }
  expect((await switched(grace, true)).status).toBe(200)
  for (const who of [scout, address]) {
    await ask(who, 'GET', `/v2/capsules/${id}`)
    await ask(who, 'POST', '/v2/capsules', { content: 'Not now.', type: 'knowledge' })
  }
  expect([(await switched(address, false)).status, (await switched(grace, false)).status]).toEqual([202, 200])
  await readDecisions(address, [scout, grace, address])
}

const switched = (by: ServerAddress, active: boolean) =>
  ask(by, 'POST', '/v2/governance/emergency', { active, reason: 'of the test' })

/** A start that finds the file of the operator, and the end of what it says. */
async function startInEmergency(): Promise<void> {
  const file = join(dataDir, 'EMERGENCY')
  writeFileSync(file, '')
  await using server = new ServerProcess({ dataDir })
  const address = await server.ready()
  rmSync(file)
  const grace = { ...address, token: tokens.grace }
  const isLifted = async () => {
    await switched(address, false)
    expect((await switched(grace, false)).status).toBe(200)
  }
  await vi.waitFor(isLifted, { timeout: 20_000 })
  expect(await server.stop(), server.log).toBe(0)
}

/** Each reads decisions of its own and of others, which is decided by what is known of them. */
async function readDecisions(address: ServerAddress, readers: readonly ServerAddress[]): Promise<void> {
  const { body } = await ask(address, 'GET', '/v2/governance/decisions?limit=20')
  const listed = body.items as readonly { readonly decision_id: string }[]
  expect(listed.length).toBeGreaterThan(10)
  for (const who of readers)
    for (const { decision_id } of listed) await ask(who, 'GET', `/v2/governance/decisions/${decision_id}`)
}

let key = ''

beforeAll(async () => {
  mkdirSync(notes)
  for (const name of ['one', 'two']) writeFileSync(join(notes, `${name}.md`), `# Note ${name}\n\nOf the test.\n`)
  await knock('audit')
  await knock('warn')
  await knock('enforce', live)
  await startInEmergency()
  await using server = new ServerProcess({ dataDir })
  const address = await server.ready()
  const answer = await fetch(`${address.url}/v2/ledger/evidence`, {
    method: 'POST',
    headers: { authorization: `Bearer ${address.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ decisions: true }),
  })
  writeFileSync(bundle, Buffer.from(await answer.arrayBuffer()))
  key = (await ask(address, 'GET', '/v2/ledger/key')).text.trim().split('\n')[0] ?? ''
  expect(await server.stop()).toBe(0)
}, RUN_MS_MAX)

test('every decision of the run is made again from its bundle alone, with the same effect, applied, steps and reasons', async () => {
  const { code, out, err } = await run(['gate', 'replay', bundle, '--key', key, '--json'], { io: { cwd: root } })
  const report: ReplayReport = JSON.parse(out)
  expect([code, err, report.findings]).toEqual([0, '', []])
  expect(report).toMatchObject({
    verified: { valid: true, key: 'given' },
    differs: 0,
    no_input: 0,
    no_policies: 0,
    unreadable: 0,
  })
  expect(report.same).toBe(report.decisions)
  expect(report.decisions).toBeGreaterThan(GOVERNED.length * 10)
})

test('and the run was of many kinds: each mode and word, gathered, approved, in an emergency, by people, agents and nobody, under two sets of policies', async () => {
  const all = [...carriedIn(filesOf(readFileSync(bundle)))]
  const seen = (of: (each: (typeof all)[number]) => unknown) => new Set(all.map(of))
  expect(seen(({ told }) => told.decision)).toEqual(new Set(['allow', 'deny', 'require_approval', 'would_deny']))
  expect(seen(({ told }) => told.mode)).toEqual(new Set(['audit', 'warn', 'enforce']))
  expect(seen(({ kept }) => kept?.outcome.effect)).toEqual(new Set(['allow', 'deny', 'hold']))
  expect(seen(({ kept }) => kept?.input.emergency)).toEqual(new Set([true, false]))
  expect(seen(({ told }) => told.bundle).size).toBe(2)
  expect(seen(({ told }) => told.action).size).toBeGreaterThan(40)
  expect(all.some(({ told }) => told.count > 1)).toBe(true)
  expect(
    all.some(({ told, kept }) => told.action === 'capsule.archive' && typeof kept?.input.approval === 'string'),
  ).toBe(true)
  const inputs = all.flatMap(({ kept }) => (kept === null ? [] : [kept.input as unknown as DecisionInput]))
  expect(inputs.some(({ ownWork, action }) => ownWork === true && action === 'emergency.raise')).toBe(true)
  expect(inputs.some(({ ownWork, action }) => ownWork === true && action === 'subject.create')).toBe(true)
  expect(inputs.some(({ facts }) => facts !== null && 'asker' in facts && facts.asker !== null)).toBe(true)
  expect(inputs.some(({ facts, action }) => facts !== null && action === 'capsule.create')).toBe(true)
  const codes = new Set(all.flatMap(({ told }) => told.reasons.map(({ code }) => code)))
  expect([...codes]).toEqual(
    expect.arrayContaining([
      ...['PERMITTED', 'NOT_PERMITTED', 'FORBIDDEN_BY_CONSTITUTION', 'FORBIDDEN_BY_POLICY', 'EMERGENCY'],
      ...['NO_CREDENTIAL', 'RESOURCE_ABSENT', 'TRUST_TOO_LOW', 'NEEDS_APPROVAL'],
    ]),
  )
})
