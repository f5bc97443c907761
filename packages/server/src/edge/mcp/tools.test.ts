import { AGENT_LIMITS as L, TOOLS, type ToolName } from '@forge-cascade/contract/agents'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AGENT, type AgentWorld, call, ERAS, openAgentWorld } from './testing.ts'

let world: AgentWorld
let client: Client

beforeAll(async () => {
  world = await openAgentWorld()
  client = await world.connect('2026')
})
afterAll(() => world[Symbol.asyncDispose]())

const UNKNOWN = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const idOf = ({ structured }: { readonly structured: Record<string, unknown> }) => String(structured.id)

describe.for(ERAS)('an agent of %s', (era) => {
  test('sees every tool with its schemas, and what it does', async () => {
    const { tools } = await (await world.connect(era)).listTools()
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(TOOLS))
    for (const { name, annotations, inputSchema, outputSchema, description } of tools) {
      expect(annotations).toMatchObject(TOOLS[name as ToolName].hints)
      expect([inputSchema.type, outputSchema?.type]).toEqual(['object', 'object'])
      expect(description?.length).toBeGreaterThan(40)
    }
  })

  test('remembers in its name, finds it again, and forgets it', async () => {
    const agent = await world.connect(era, '?agent=cider-bot')
    const content = `The cider of ${era} ferments for six weeks.`
    const made = await call(agent, 'remember', { content, title: 'Cider', tags: ['cellar'] })
    expect(made).toMatchObject({ isError: false, structured: { outcome: 'created', trust: 60 } })
    const id = idOf(made)
    const stored = (await world.http.send('GET', `/v2/capsules/${id}`)).json()
    // A client of 2025 says who it is once, and without a session nothing remembers it: the address speaks then.
    const name = era === '2026' ? `${AGENT.name} ${AGENT.version}` : 'cider-bot'
    expect(stored).toMatchObject({ content, trust: 60, source: { kind: 'agent', name } })
    const again = await call(agent, 'remember', { content, title: 'Cider', tags: ['cellar'] })
    expect(again.structured).toMatchObject({ outcome: 'existing', id })
    const found = await call(agent, 'recall', { query: `how long does the cider of ${era} ferment?` })
    expect(found.structured.hits?.[0]).toMatchObject({ id, text: content, start: 0, end: content.length })
    expect(found.links[0]).toBe(`cascade://capsule/${id}/versions/1.0.0`)
    expect((await call(agent, 'forget', { id })).structured).toMatchObject({ id, status: 'ARCHIVED' })
    expect((await call(agent, 'recall', { query: `cider ${era}` })).text).not.toContain(id)
    expect((await call(agent, 'get', { id })).structured).toMatchObject({ status: 'ARCHIVED', text: content })
  })

  test('reads capsules as resources, the newest and each version', async () => {
    const agent = await world.connect(era)
    const made = await call(agent, 'remember', { content: `Pears of ${era} <are> "late".` })
    const id = idOf(made)
    for (const uri of [`cascade://capsule/${id}`, `cascade://capsule/${id}/versions/1.0.0`]) {
      const { contents } = await agent.readResource({ uri })
      expect(contents).toMatchObject([{ uri, mimeType: 'text/plain', text: `Pears of ${era} <are> "late".` }])
    }
    const { resources } = await agent.listResources()
    expect(resources.map(({ uri }) => uri)).toContain(`cascade://capsule/${id}`)
    expect((await agent.listResourceTemplates()).resourceTemplates).toHaveLength(2)
    for (const uri of [`cascade://capsule/${UNKNOWN}`, 'cascade://capsule/../token', 'file:///etc/passwd'])
      await expect(agent.readResource({ uri })).rejects.toMatchObject({ message: expect.stringContaining('NOT_FOUND') })
  })
})

test.for<{ tool: ToolName; args: Record<string, unknown>; names: string }>([
  { tool: 'remember', args: {}, names: 'content: expected text, but it is missing' },
  { tool: 'remember', args: { content: ' \n' }, names: 'content: must not be blank' },
  { tool: 'remember', args: { content: 'x', trust: 100 }, names: 'trust: there is no such member' },
  { tool: 'remember', args: { content: 'x', owner: 'somebody' }, names: 'owner: there is no such member' },
  { tool: 'remember', args: { content: 'x', source: { kind: 'person', name: 'Ada' } }, names: 'source: there is no' },
  { tool: 'remember', args: { content: 'x', parents: [{ id: UNKNOWN }] }, names: 'parents/0/reason' },
  { tool: 'recall', args: { query: 'x', limit: 51 }, names: 'limit: expected at most 50, got 51' },
  { tool: 'recall', args: { query: 'x', max_tokens: 99 }, names: 'max_tokens: expected at least 100, got 99' },
  { tool: 'recall', args: { query: ['x'] }, names: 'query: expected text, got a list' },
  { tool: 'ask', args: { question: '' }, names: 'question: must not be blank' },
  { tool: 'get', args: { id: 'latest' }, names: 'id: must be a lower-case UUID' },
  { tool: 'trace_lineage', args: { id: UNKNOWN, direction: 'up' }, names: 'direction: expected one of' },
  { tool: 'forget', args: { id: UNKNOWN, everything: true }, names: 'everything: there is no such member' },
])('$tool refuses $args, names the argument and says what to do', async ({ tool, args, names }) => {
  const { isError, text, error, structured } = await call(client, tool, args)
  expect({ isError, code: error?.code, structured }).toEqual({
    isError: true,
    code: 'VALIDATION_FAILED',
    structured: {},
  })
  expect(text).toContain(names)
  expect(text).toContain('Correct the arguments that are named and call again.')
})

test.for<{ tool: ToolName; args: Record<string, unknown> }>([
  { tool: 'get', args: { id: UNKNOWN } },
  { tool: 'trace_lineage', args: { id: UNKNOWN } },
  { tool: 'forget', args: { id: UNKNOWN } },
  { tool: 'remember', args: { content: 'x', replaces: { id: UNKNOWN, version: '1.0.0' } } },
])('$tool of a capsule that is not there is NOT_FOUND', async ({ tool, args }) => {
  const { isError, error, text } = await call(client, tool, args)
  expect([isError, error?.code, error?.retryable]).toEqual([true, 'NOT_FOUND', false])
  expect(text).toContain('recall and ask show whole ids')
})

test.for<{ name: string; tool: ToolName; args: (count: number) => Record<string, unknown>; max: number }>([
  { name: 'tokens', tool: 'get', args: (max_tokens) => ({ id: UNKNOWN, max_tokens }), max: L.tokensMax },
  { name: 'hits', tool: 'recall', args: (limit) => ({ query: 'x', limit }), max: L.hitsMax },
  { name: 'tags', tool: 'recall', args: (count) => ({ query: 'x', tags: Array(count).fill('a') }), max: L.tagsMax },
  {
    name: 'parents',
    tool: 'remember',
    args: (count) => ({ content: 'x', parents: Array(count).fill({ id: UNKNOWN, reason: 'why' }) }),
    max: L.parentsMax,
  },
  {
    name: 'capsules of a lineage',
    tool: 'trace_lineage',
    args: (limit) => ({ id: UNKNOWN, limit }),
    max: L.lineageMax,
  },
  { name: 'steps of a lineage', tool: 'trace_lineage', args: (depth) => ({ id: UNKNOWN, depth }), max: L.depthMax },
])('an agent that asks for too many $name is refused, and one fewer is not', async ({ tool, args, max }) => {
  expect((await call(client, tool, args(max + 1))).error?.code).toBe('VALIDATION_FAILED')
  expect((await call(client, tool, args(max))).error?.code).not.toBe('VALIDATION_FAILED')
})

test('a content of the largest size is remembered, and one byte more is refused', async () => {
  const largest = 'a'.repeat(1024 * 1024)
  expect(await call(client, 'remember', { content: largest })).toMatchObject({ isError: false })
  const { error } = await call(client, 'remember', { content: `${largest}a` })
  expect(error?.code).toBe('VALIDATION_FAILED')
})

test('a text replaces the version that was read, and none that was written since', async () => {
  const id = idOf(await call(client, 'remember', { content: 'Invoices are kept for nine years.', tags: ['law'] }))
  const corrected = { content: 'Invoices are kept for ten years.', replaces: { id, version: '1.0.0' } }
  const written = await call(client, 'remember', corrected)
  expect(written.structured).toMatchObject({ outcome: 'updated', id, version: '1.1.0' })
  const head = (await world.http.send('GET', `/v2/capsules/${id}`)).json()
  expect(head).toMatchObject({ content: corrected.content, tags: ['law'], source: { kind: 'agent' } })
  const late = await call(client, 'remember', { ...corrected, content: 'Invoices are kept for a year.' })
  expect(late).toMatchObject({ isError: true, error: { code: 'REVISION_MISMATCH' } })
  expect(late.text).toContain('1.1.0 is the newest')
})

test('what was concluded from others names them, and the lineage says why', async () => {
  const parent = idOf(await call(client, 'remember', { content: 'The press needs two people.' }))
  const parents = [{ id: parent, reason: 'Two people, so two shifts' }]
  const child = idOf(await call(client, 'remember', { content: 'Plan the press in two shifts.', parents }))
  const { structured, text } = await call(client, 'trace_lineage', { id: child })
  expect(structured).toMatchObject({ nodes: [{ id: parent }, { id: child }], edges: [{ from: child, to: parent }] })
  expect(text).toContain('Two people, so two shifts')
  expect((await call(client, 'trace_lineage', { id: child, limit: 1 })).structured).toMatchObject({ truncated: true })
})

test('answers are the quotes and citations that HTTP gives', async () => {
  await call(client, 'remember', { content: 'The gate of the orchard is locked at nine.', title: 'Gate' })
  const question = 'when is the gate of the orchard locked?'
  const asked = (await world.http.send('POST', '/v2/ask', { body: { question, quotes: 5 } })).json()
  const { structured, text, links } = await call(client, 'ask', { question })
  const uri = `cascade://capsule/${asked.citations[0].capsule_id}/versions/1.0.0`
  const citations = asked.citations.map((one: { capsule_id: string; version: string }) => ({
    ...one,
    uri: `cascade://capsule/${one.capsule_id}/versions/${one.version}`,
  }))
  const { answer, mode, found, conflicts, notices } = asked
  expect(structured).toEqual({ answer, mode, found, conflicts, notices, citations })
  expect(text).toContain(asked.citations[0].quote)
  expect(links[0]).toBe(uri)
  const nothing = await call(client, 'ask', { question: 'zzyzx qwrtp?' })
  expect(nothing).toMatchObject({ isError: false, structured: { found: false, citations: [] } })
})

test('a connection’s scope holds where a call names none', async () => {
  const billing = await world.connect('2026', '?identity=support-bot&lane=billing&fold=case-1')
  const made = await call(billing, 'remember', { content: 'Refunds above 500 euros need two people.' })
  const stored = (await world.http.send('GET', `/v2/capsules/${idOf(made)}`)).json()
  expect(stored).toMatchObject({ identity: 'support-bot', lane: 'billing', fold: 'case-1' })
  const query = 'refunds above 500 euros'
  expect((await call(billing, 'recall', { query })).structured).toMatchObject({ found: 1 })
  expect((await call(billing, 'recall', { query, lane: 'sales' })).structured).toMatchObject({ found: 0 })
  expect((await call(billing, 'ask', { question: query, identity: 'sales-bot' })).structured).toMatchObject({
    found: false,
  })
})

test('a tool whose call takes an approval says that it waits, and where to look, and does nothing', async () => {
  const bot = {
    id: UNKNOWN,
    kind: 'agent',
    name: 'slow-bot',
    roles: ['member'],
    trust: 45,
    owner: null,
    active: true,
    createdAt: 0,
  } as const
  await using held = await openAgentWorld({ people: [bot] })
  const agent = await held.connect('2026', '', bot.name)
  const id = idOf(await call(agent, 'remember', { content: 'Quinces are hard.' }))
  const told = await call(agent, 'forget', { id })
  const [parked] = (await held.http.governed.desk.list(bot, { mine: true, limit: 10 })).items
  expect(told.isError).toBe(true)
  expect(told.text).toContain('APPROVAL_REQUIRED')
  expect(told.text).toContain(`/v2/governance/approvals/${parked?.id}`)
  expect((await call(agent, 'get', { id })).structured).toMatchObject({ status: 'ACTIVE' })
  const again = await call(agent, 'forget', { id })
  expect(again.text).toContain(parked?.id)
})
