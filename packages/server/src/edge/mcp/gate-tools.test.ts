import type { Action } from '@forge-cascade/contract'
import { TOOLS, type ToolName } from '@forge-cascade/contract/agents'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Credential } from '#identity'
import { type AgentWorld, call, openAgentWorld } from './testing.ts'

let world: AgentWorld
let scopes: Credential['scopes'] = null
let id = ''

beforeAll(async () => {
  world = await openAgentWorld({
    recorded: {},
    rate: { requests_per_minute: 0, burst: 1 },
    app: { authenticate: () => ({ subject: world.http.world.administrator, tokenId: null, scopes }) },
  })
  ;({ id } = await world.http.world.add({ content: 'The cider ferments for six weeks.' }))
})
afterAll(() => world[Symbol.asyncDispose]())

/** The action of each decision that came after an entry of the log, and what it was. */
async function decidedAfter(sequence: number): Promise<readonly string[]> {
  const { journal, world: inner } = world.http
  await journal.settle()
  const entries = await inner.context.store.changesSince(sequence, 1000)
  return entries.flatMap(({ leaf }) => {
    // The payload of these two is what the journal wrote.
    const payload = leaf.payload as {
      action: string
      decision: string
      decisions: { action: string; decision: string; count: number }[]
    }
    if (leaf.type === 'decision.made') return [`${payload.action} ${payload.decision}`]
    if (leaf.type !== 'decision.gathered') return []
    return payload.decisions.flatMap(({ action, decision, count }) =>
      Array.from({ length: count }, () => `${action} ${decision}`),
    )
  })
}

const ASKED: Readonly<
  Record<ToolName, { readonly args: () => Record<string, unknown>; readonly actions: readonly Action[] }>
> = {
  remember: { args: () => ({ content: 'Pears are late.' }), actions: ['capsule.create'] },
  recall: { args: () => ({ query: 'cider' }), actions: ['capsule.search'] },
  ask: { args: () => ({ question: 'How long does the cider ferment?' }), actions: ['capsule.search'] },
  get: { args: () => ({ id }), actions: ['capsule.read'] },
  trace_lineage: { args: () => ({ id }), actions: ['capsule.read'] },
  forget: { args: () => ({ id }), actions: ['capsule.archive'] },
}

test.for(Object.keys(TOOLS) as ToolName[])(
  '%s asks the gate for what it does, once, and does nothing that is refused',
  async (tool) => {
    const { args, actions } = ASKED[tool]
    const { store } = world.http.world.context
    const client = await world.connect('2025')
    for (const [given, word] of [
      [['agent.connect'], 'deny'],
      [null, 'allow'],
    ] as const) {
      scopes = given
      await decidedAfter(-1)
      const head = store.head()
      const { isError, error } = await call(client, tool, args())
      const made = await decidedAfter(head)
      expect(made.filter((one) => !one.startsWith('agent.connect '))).toEqual(
        actions.map((action) => `${action} ${word}`),
      )
      expect(made.filter((one) => one.startsWith('agent.connect '))).toEqual(['agent.connect allow'])
      // The subject may read it: its token alone is in the way, and is what is named.
      expect([isError, error?.code]).toEqual(word === 'deny' ? [true, 'FORBIDDEN'] : [false, undefined])
      const entries = await store.changesSince(head, 1000)
      const changes = entries.filter(({ leaf }) => !leaf.type.startsWith('decision.'))
      if (word === 'deny') expect(changes).toEqual([])
    }
    scopes = null
  },
)

test('remember is refused by a policy about what is to be remembered, and says why', async () => {
  const text = `@id("own.all") permit (principal, action, resource);
    @id("own.no-code") forbid (principal, action == Action::"capsule.create", resource is Capsule)
    when { resource.type == "code" };`
  const body = { files: [{ path: 'own.cedar', text }] }
  expect((await world.http.send('PUT', '/v2/governance/policies', { body })).json()).toMatchObject({ applied: true })
  const client = await world.connect('2025')
  const told = await call(client, 'remember', { content: 'let pears = 2', type: 'code' })
  expect([told.isError, told.error?.code]).toEqual([true, 'FORBIDDEN'])
  expect((await call(client, 'remember', { content: 'Pears are early.' })).isError).toBe(false)
})
