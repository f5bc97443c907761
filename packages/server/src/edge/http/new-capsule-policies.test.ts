import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Subject } from '#identity'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const POLICIES = '/v2/governance/policies'
const ALL = '@id("own.all") permit (principal, action, resource);'
const LANE = `${ALL}
@id("own.no-x")
@says("Nothing new comes into the lane x.")
forbid (principal, action == Action::"capsule.create", resource is Capsule)
when { resource has lane && resource.lane == "x" };`
/** Nothing is permitted that is no capsule. */
const BY_FACTS = `@id("own.admin") permit (principal in Role::"administrator", action, resource);
@id("own.new") permit (principal, action == Action::"capsule.create", resource is Capsule);`

const person = (name: string, digit: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-0000000000b${digit}`, kind: 'person', name, roles: ['member'], trust: 60 },
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
  const put = { body: { files: text === '' ? null : [{ path: 'own.cedar', text }] } }
  expect((await http.send('PUT', POLICIES, put)).json()).toMatchObject({ applied: true, findings: [] })
}
const as = ({ name }: Subject) => ({ headers: { authorization: `Bearer ${name}` } })
const create = async (body: object, by = ADA) => {
  const answer = await http.send('POST', '/v2/capsules', {
    body: { content: 'New.', type: 'knowledge', ...body },
    ...as(by),
  })
  return { status: answer.statusCode, body: answer.json() }
}

interface Told {
  readonly action: string
  readonly decision: string
  readonly resource: string
  readonly count?: number
}

/** What stands in the log of the decisions of some work. */
async function decided(work: () => Promise<unknown>): Promise<readonly Told[]> {
  await http.journal.settle()
  const { store } = http.world.context
  const head = store.head()
  await work()
  await http.journal.settle()
  return (await store.changesSince(head, 1000)).flatMap(({ leaf }) => {
    // The payload of these two is what the journal wrote.
    const payload = leaf.payload as unknown as Told & { readonly decisions: readonly Told[] }
    if (leaf.type === 'decision.made') return [payload]
    return leaf.type === 'decision.gathered' ? payload.decisions : []
  })
}

describe('a policy about what is to be created', () => {
  test('refuses it with its reason, lets the rest pass, and every request has one decision on record', async () => {
    await arm(LANE)
    const refused = await decided(async () => {
      const { status, body } = await create({ lane: 'x' })
      expect([status, body]).toMatchObject([403, { code: 'FORBIDDEN', reasons: ['FORBIDDEN_BY_POLICY'] }])
      expect(body.detail).toContain('Nothing new comes into the lane x')
    })
    expect(refused).toMatchObject([{ action: 'capsule.create', decision: 'deny', resource: '*' }])
    let id = ''
    const allowed = await decided(async () => {
      const { status, body } = await create({ lane: 'y' })
      expect(status).toBe(201)
      id = body.id
    })
    expect(allowed).toMatchObject([{ action: 'capsule.create', decision: 'allow', resource: `capsule/${id}` }])
  })

  test.for([
    { name: 'a body that is none', payload: '{"content"', status: 400 },
    { name: 'a body of another shape', payload: '{"content": 7}', status: 400 },
    { name: 'another type of body', payload: 'x', type: 'text/csv', status: 415 },
    { name: 'a body that is too large', payload: JSON.stringify({ content: 'x'.repeat(20_000_000) }), status: 413 },
  ])(
    'answers $name with what is wrong, and says so on record',
    async ({ payload, type = 'application/json', status }) => {
      await arm(BY_FACTS)
      const headers = { ...as(ADA).headers, 'content-type': type }
      const told = await decided(async () => {
        expect((await http.send('POST', '/v2/capsules', { payload, headers })).statusCode).toBe(status)
      })
      const reasons = [{ step: 'identity', code: 'BODY_INVALID', policy_id: null }]
      expect(told).toMatchObject([{ action: 'capsule.create', decision: 'deny', resource: '*', reasons }])
    },
  )

  test('holds bodies that are not valid against nobody', async () => {
    await arm(BY_FACTS)
    const asked = { action: 'capsule.create', resource: '*', subject: ADA, correlationId: 'c' } as const
    const denied: unknown[] = []
    http.governing.witnessBy({ denied: ({ id }, verdict) => denied.push([id, verdict.steps]), ended: () => undefined })
    const before = http.governing.inputOf(asked).signals
    const told = await decided(async () => {
      for (let sent = 0; sent < 10; sent++) {
        const answer = await http.send('POST', '/v2/capsules', { body: { nonsense: sent }, ...as(ADA) })
        expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED'])
      }
    })
    expect(told).toMatchObject([{ decision: 'deny', count: 10 }])
    expect(http.governing.inputOf(asked).signals).toEqual(before)
    // The trust engine takes a stop at the constitution or at a policy for a sign, and no other.
    expect(JSON.stringify(denied)).not.toMatch(/"step":"(constitution|policy)","result":"stopped"/)
  })

  test.for([
    { says: 'type', when: 'resource.type == "code"', yes: { type: 'code' }, no: {} },
    { says: 'scope', when: 'resource has fold && resource.fold == "f"', yes: { fold: 'f' }, no: { fold: 'g' } },
    { says: 'identity', when: 'resource has identity', yes: { identity: 'i' }, no: {} },
    { says: 'tags', when: 'resource.tags.contains("t")', yes: { tags: ['s', 't'] }, no: { tags: ['s'] } },
    {
      says: 'licence',
      when: 'resource.licence == "public"',
      yes: { licence: 'public' },
      no: { licence: 'private' },
    },
    { says: 'trust', when: 'resource.trust < 60', yes: { trust: 40 }, no: {} },
    { says: 'owner', when: 'resource.owner == principal && resource.status == "ACTIVE"', yes: {}, no: undefined },
  ])('may permit it by its $says alone', async ({ when, yes, no }) => {
    await arm(`@id("own.admin") permit (principal in Role::"administrator", action, resource);
      @id("own.new") permit (principal, action == Action::"capsule.create", resource is Capsule) when { ${when} };`)
    expect((await create(yes)).status).toBe(201)
    if (no !== undefined) expect((await create({ content: 'Other.', ...no })).status).toBe(403)
  })

  test('binds each line of a batch, and the others are created', async () => {
    await arm(LANE)
    const lines = ['x', 'y', 'x'].map((lane, at) => JSON.stringify({ content: `Line ${at}.`, type: 'knowledge', lane }))
    const headers = { ...as(ADA).headers, 'content-type': 'application/x-ndjson' }
    const told = await decided(async () => {
      const answer = await http.send('POST', '/v2/capsules/batch', { payload: lines.join('\n'), headers })
      expect(
        answer.body
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toMatchObject([
        { line: 1, problem: { code: 'FORBIDDEN', reasons: ['FORBIDDEN_BY_POLICY'] } },
        { line: 2, receipt: { outcome: 'created' } },
        { line: 3, problem: { code: 'FORBIDDEN' } },
      ])
    })
    expect(told).toHaveLength(2)
    expect(told).toContainEqual(expect.objectContaining({ decision: 'allow', resource: '*' }))
    expect(told).toContainEqual(expect.objectContaining({ decision: 'deny', resource: '*', count: 2 }))
  })

  test('binds a fork, and an import by the scope that it goes into', async () => {
    await arm(LANE)
    const { body } = await create({ lane: 'y' })
    const fork = (more: object) =>
      http.send('POST', `/v2/capsules/${body.id}/fork`, { body: { reason: 'mine', ...more }, ...as(ADA) })
    expect((await fork({ lane: 'x' })).json()).toMatchObject({ code: 'FORBIDDEN', reasons: ['FORBIDDEN_BY_POLICY'] })
    expect((await fork({ lane: 'z' })).statusCode).toBe(201)
    const start = await http.send('POST', '/v2/imports', { body: { path: '/nowhere', lane: 'x' } })
    expect(start.json()).toMatchObject({ code: 'FORBIDDEN', reasons: ['FORBIDDEN_BY_POLICY'] })
  })

  test('may ask for an approval, after which it is created once', async () => {
    await arm(`${ALL}
      @id("own.ask") @curable("approval")
      forbid (principal, action == Action::"capsule.create", resource is Capsule)
      when { resource has lane && resource.lane == "x" && !context.approved };`)
    const held = await create({ lane: 'x' })
    expect(held).toMatchObject({ status: 202, body: { approval: { state: 'waiting', action: 'capsule.create' } } })
    const word = { body: { decision: 'approve' }, ...as(GRACE) }
    const done = await http.send('POST', `/v2/governance/approvals/${held.body.approval.id}`, word)
    expect(done.json()).toMatchObject({ state: 'executed', outcome: { code: null } })
    const { items } = await http.world.context.store.capsules.list({ lane: 'x' }, { limit: 10 })
    expect(items).toMatchObject([{ owner: ADA.id, lane: 'x' }])
  })

  test('is told of by a preview of such a capsule', async () => {
    await arm(LANE)
    const preview = async (capsule?: object) => {
      const context = capsule && { context: { capsule } }
      const body = { action: 'capsule.create', ...context }
      return (await http.send('POST', '/v2/governance/decisions:preview', { body, ...as(ADA) })).json().decision
    }
    expect([await preview(), await preview({ lane: 'y' }), await preview({ lane: 'x' })]).toEqual([
      'allow',
      'allow',
      'deny',
    ])
  })

  test('leaves nothing of a capsule in what is kept of decisions, once that is erased', async () => {
    await arm(LANE)
    const { body } = await create({ lane: 'zymurg' })
    await http.journal.settle()
    const { records } = http.world.context.store
    const kept = async () => JSON.stringify((await records.list('decisions', { limit: 1000 })).items)
    expect(await kept()).toContain('zymurg')
    await http.send('POST', `/v2/capsules/${body.id}/erase`, { body: { legal_basis: 'gdpr-17' } })
    await http.journal.settle()
    expect(await kept()).not.toContain('zymurg')
  })

  test('is not asked where the policies in force are those of the program, which look at nothing new', async () => {
    const told = await decided(async () => expect((await create({ lane: 'x' })).status).toBe(201))
    expect(told).toMatchObject([{ action: 'capsule.create', decision: 'allow', resource: '*' }])
  })
})
