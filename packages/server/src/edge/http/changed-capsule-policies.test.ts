import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Subject } from '#identity'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PAGE = join(import.meta.dirname, '../../../../../docs/concepts/policy.md')
/** The policies of the page on policies, as they stand there. */
const OF_PAGE = [...readFileSync(PAGE, 'utf8').matchAll(/```text\n(@id[^`]+)```/g)]
  .map(([, text]) => text ?? '')
  .join('\n')
const ALL = '@id("own.all") permit (principal, action, resource);'

const person = (name: string, digit: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-0000000000c${digit}`, kind: 'person', name, roles: ['member'], trust: 60 },
  ...{ owner: null, active: true, createdAt: 0, ...more },
})
const ADA = person('ada', '1')
const GRACE = person('grace', '2', { roles: ['steward'], trust: 80 })

let http: HttpWorld
beforeEach(async () => {
  http = await openHttpWorld({ people: [ADA, GRACE], rate: { requests_per_minute: 0, burst: 1 } })
})
afterEach(() => http[Symbol.asyncDispose]())

const arm = async (text: string): Promise<void> => {
  const put = { body: { files: [{ path: 'own.cedar', text }] } }
  expect((await http.send('PUT', '/v2/governance/policies', put)).json()).toMatchObject({ applied: true, findings: [] })
}
const as = { authorization: 'Bearer ada' }
const create = async (body: object = {}) => {
  const given = { content: 'New.', type: 'knowledge', ...body }
  const answer = await http.send('POST', '/v2/capsules', { body: given, headers: as })
  expect(answer.statusCode).toBe(201)
  return { id: String(answer.json().id), etag: String(answer.headers.etag) }
}
const change = async ({ id, etag }: { readonly id: string; readonly etag: string }, body: object) => {
  const headers = { ...as, 'if-match': etag }
  const answer = await http.send('PUT', `/v2/capsules/${id}`, { body, headers })
  return { status: answer.statusCode, body: answer.json() }
}

interface Told {
  readonly action: string
}

/** The decisions on changes that some work put on record. */
async function decided(work: () => Promise<unknown>): Promise<readonly Told[]> {
  await http.journal.settle()
  const { store } = http.world.context
  const head = store.head()
  await work()
  await http.journal.settle()
  return (await store.changesSince(head, 1000))
    .flatMap(({ leaf }) => {
      // The payload of these two is what the journal wrote.
      const payload = leaf.payload as unknown as Told & { readonly decisions: readonly Told[] }
      if (leaf.type === 'decision.made') return [payload]
      return leaf.type === 'decision.gathered' ? payload.decisions : []
    })
    .filter(({ action }) => action === 'capsule.update')
}

describe('a change of what policies know of a capsule', () => {
  test('does not bring into a lane what may not be created there, by the policies of the page', async () => {
    await arm(OF_PAGE)
    const made = await create({ lane: 'x' })
    let id = ''
    const told = await decided(async () => {
      const { status, body } = await change(made, { lane: 'contracts' })
      id = body.decision_id
      expect([status, body.code]).toEqual([403, 'FORBIDDEN'])
      expect(body.detail).toContain('Stewards alone bring something new into the lane contracts')
    })
    const codes = ['contracts.keep', 'contracts.new'].map((policy_id) => ({ code: 'FORBIDDEN_BY_POLICY', policy_id }))
    expect(told).toMatchObject([{ decision: 'deny', resource: `capsule/${made.id}`, reasons: codes }])
    const story = (await http.send('GET', `/v2/governance/decisions/${id}`)).json()
    expect(story).toMatchObject({ recorded: { matches: true }, replay: { decision: 'deny', same: true } })
    expect(story.policies).toContainEqual(expect.objectContaining({ policy_id: 'contracts.keep', determines: true }))
    const allowed = await decided(async () => expect((await change(made, { lane: 'y' })).status).toBe(200))
    expect(allowed).toMatchObject([{ decision: 'allow', resource: `capsule/${made.id}` }])
  })

  test.for([
    { into: 'type', before: {}, change: { type: 'code' }, when: 'resource.type == "code"' },
    { into: 'tags', before: {}, change: { tags: ['t'] }, when: 'resource.tags.contains("t")' },
    { into: 'no tags', before: { tags: ['t'] }, change: { tags: null }, when: '!resource.tags.contains("t")' },
    { into: 'licence', before: {}, change: { licence: 'public' }, when: 'resource.licence == "public"' },
    { into: 'no lane', before: { lane: 'x' }, change: { lane: null }, when: '!(resource has lane)' },
    { into: 'identity', before: {}, change: { identity: 'i' }, when: 'resource has identity' },
    { into: 'fold', before: {}, change: { fold: 'f' }, when: 'resource has fold && resource.fold == "f"' },
  ])('is decided by what it would be: $into', async ({ before, change: changed, when }) => {
    const made = await create(before)
    await arm(`${ALL}\n@id("own.no") forbid (principal, action == Action::"capsule.update", resource is Capsule)
when { ${when} };`)
    expect(await change(made, changed)).toMatchObject({ status: 403, body: { reasons: ['FORBIDDEN_BY_POLICY'] } })
    expect((await change(made, { title: 'Another' })).status).toBe(200)
  })

  test('asks whether it may be created only where it comes into another scope', async () => {
    await arm(`${ALL}\n@id("own.no") forbid (principal, action == Action::"capsule.create", resource is Capsule)
when { resource has lane && resource.lane == "x" };`)
    const made = await create()
    expect((await change(made, { lane: 'x' })).status).toBe(403)
    expect((await change(made, { tags: ['t'] })).status).toBe(200)
  })

  test('is held where the rule against it yields to an approval, and carried out once somebody approved', async () => {
    await arm(`${ALL}\n@id("own.ask") @curable("approval")
forbid (principal, action == Action::"capsule.create", resource is Capsule)
when { resource has lane && resource.lane == "x" && !context.approved };`)
    const held = await change(await create(), { lane: 'x' })
    expect(held).toMatchObject({ status: 202, body: { approval: { state: 'waiting', action: 'capsule.update' } } })
    const word = { body: { decision: 'approve' }, headers: { authorization: 'Bearer grace' } }
    const done = await http.send('POST', `/v2/governance/approvals/${held.body.approval.id}`, word)
    expect(done.json()).toMatchObject({ state: 'executed', outcome: { code: null } })
  })

  test('of many capsules is decided for each by its tags after', async () => {
    const made = [await create({ content: 'One.' }), await create({ content: 'Two.', tags: ['free'] })]
    await arm(`${ALL}\n@id("own.no") forbid (principal, action == Action::"capsule.update", resource is Capsule)
when { resource.tags.contains("t") } unless { resource.tags.contains("free") };`)
    const body = { operation: 'tag', add: ['t'], ids: made.map(({ id }) => id) }
    const { token } = (await http.send('POST', '/v2/capsules/bulk', { body, headers: as })).json()
    const run = await http.send('POST', `/v2/capsules/bulk/${token}`, { headers: as })
    const lines = run.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.find(({ id }) => id === made[0]?.id)).toMatchObject({ problem: { code: 'FORBIDDEN' } })
    expect(lines.find(({ id }) => id === made[1]?.id)).toMatchObject({ receipt: { outcome: 'updated' } })
  })

  test('without a valid body is answered with what is wrong, and says so on record', async () => {
    await arm(OF_PAGE)
    const made = await create()
    const told = await decided(async () => expect((await change(made, { lane: 7 })).status).toBe(400))
    expect(told).toMatchObject([{ decision: 'deny', reasons: [{ step: 'identity', code: 'BODY_INVALID' }] }])
  })
})
