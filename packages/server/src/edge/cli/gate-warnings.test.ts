import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AgentWorld, openAgentWorld } from '../mcp/testing.ts'
import { run } from './testing.ts'

const RULES = `@id("own.all") permit(principal, action, resource);
@id("own.loud") @mode("warn") forbid(principal, action in [Action::"capsule.archive", Action::"capsule.search"], resource);
@id("own.silent") @mode("audit") forbid(principal, action == Action::"capsule.read", resource);
`
const WARNING = /^FORBIDDEN_BY_POLICY; decision=[0-9a-f-]{36}$/

let world: AgentWorld
beforeAll(async () => {
  world = await openAgentWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  const body = { files: [{ path: 'own.cedar', text: RULES }] }
  expect((await world.http.send('PUT', '/v2/governance/policies', { body })).json()).toMatchObject({ applied: true })
})
afterAll(() => world[Symbol.asyncDispose]())

let count = 0
const added = async () => (await world.http.world.add({ content: `The cider ferments for ${++count} weeks.` })).id
const cascade = (...argv: string[]) =>
  run([...argv, '--url', world.url], { io: { env: { CASCADE_TOKEN: world.http.token } } })

test('a rule of the mode warn says so in a header, also of an answer without a body, and one of the mode audit does not', async () => {
  const id = await added()
  const read = await world.http.send('GET', `/v2/capsules/${id}`)
  expect([read.statusCode, read.headers['cascade-gate-warning']]).toEqual([200, undefined])
  const archived = await world.http.send('DELETE', `/v2/capsules/${id}`)
  expect(archived.statusCode).toBeLessThan(300)
  expect(archived.headers['cascade-gate-warning']).toMatch(WARNING)
})

test('a command says so in one line on standard error, with the decision, and does what it was asked', async () => {
  const { code, err } = await cascade('forget', await added())
  expect(code).toBe(0)
  expect(err).toMatch(
    /^warning: let pass, and would be refused \(FORBIDDEN_BY_POLICY\); .* gate explain [0-9a-f-]{36} tells why$/m,
  )
  expect(err.match(/warning:/g)).toHaveLength(1)
})

test('beside JSON nothing is written but the document, which has it as a member', async () => {
  await added()
  const { code, out, err } = await cascade('search', 'cider', '--json')
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out).gate_warnings).toEqual([expect.stringMatching(WARNING)])
  expect(JSON.parse((await cascade('whoami', '--json')).out)).not.toHaveProperty('gate_warnings')
})

test('an agent is told in the text of the answer and beside it', async () => {
  const client = await world.connect('2025')
  const result = await client.callTool({ name: 'recall', arguments: { query: 'cider' } })
  expect(result._meta?.['forge-cascade/gate-warning']).toEqual([expect.stringMatching(WARNING)])
  const content = result.content as { readonly text?: string }[]
  expect(content.at(-1)?.text).toContain('would have been refused: FORBIDDEN_BY_POLICY; decision=')
  expect(result.structuredContent).toHaveProperty('hits')
  const kept = await client.callTool({ name: 'remember', arguments: { content: 'Pears are late.' } })
  expect(kept._meta).toBeUndefined()
})
