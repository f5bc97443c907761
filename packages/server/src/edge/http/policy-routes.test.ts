import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BUILT_IN_BUNDLE } from '#governance'
import { readPolicyOf } from '../../compose-governance.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/policies'
const ALL = '@id("own.all") permit(principal, action, resource);\n'
const LANE = '@id("own.lane") forbid(principal, action == Action::"capsule.read", resource is Capsule)'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  const { context } = http.world
  Object.assign(context, { readPolicy: readPolicyOf(http.governing, context.subjects) })
})
afterAll(() => http[Symbol.asyncDispose]())
beforeEach(async () => {
  expect((await http.send('PUT', PATH, { body: { files: null } })).statusCode).toBe(200)
})

const put = async (text: string, more: object = {}, path = 'own.cedar') => {
  const response = await http.send('PUT', PATH, { body: { files: [{ path, text }], ...more } })
  return { status: response.statusCode, body: response.json() }
}
const inForce = async () => (await http.send('GET', PATH)).json()

describe('policies of an instance', () => {
  test('are in force once they are put, and told of; null brings those of the program back', async () => {
    const applied = await put(`${ALL}@id("own.no") forbid(principal, action == Action::"capsule.export", resource);`)
    expect([applied.status, applied.body]).toMatchObject([
      200,
      { applied: true, findings: [], added: ['own.all', 'own.no'] },
    ])
    expect(applied.body.removed).toContain('role.administrator')
    expect(await inForce()).toMatchObject({ digest: applied.body.digest, is_built_in: false })
    expect((await http.send('GET', '/v2/export')).json()).toMatchObject({
      code: 'FORBIDDEN',
      reasons: ['FORBIDDEN_BY_POLICY'],
    })
    await http.send('PUT', PATH, { body: { files: null } })
    expect(await inForce()).toMatchObject({ digest: BUILT_IN_BUNDLE.digest, is_built_in: true })
    expect((await http.send('GET', '/v2/export')).statusCode).toBe(200)
  })

  test('that are only tried change nothing', async () => {
    const head = http.world.context.store.head()
    const tried = await put(ALL, { dry_run: true })
    expect([tried.status, tried.body]).toMatchObject([200, { applied: false, added: ['own.all'] }])
    expect(tried.body.digest).not.toBe(BUILT_IN_BUNDLE.digest)
    expect((await inForce()).digest).toBe(BUILT_IN_BUNDLE.digest)
    const entries = await http.world.context.store.changesSince(head, 100)
    expect(entries.filter(({ leaf }) => leaf.type === 'policy.applied')).toEqual([])
  })

  test.for([
    { name: 'are no policies', text: 'permit everything', code: 'POLICY_SYNTAX' },
    {
      name: 'speak of what there is not',
      text: '@id("a") permit(principal, action == Action::"no.such", resource);',
      code: 'POLICY_TYPE',
    },
    { name: 'have no id', text: 'permit(principal, action, resource);', code: 'ID_MISSING' },
    {
      name: 'have an id that is of the constitution and permit',
      text: '@id("const.all") permit(principal, action, resource);',
      code: 'CONST_PERMITS',
    },
    {
      name: 'mean to be tried out and say it with a slip',
      text: '@id("own.no") @mode("warnn") forbid(principal, action, resource);',
      code: 'ANNOTATION_WORD',
    },
  ])('that $name are refused with what is wrong and where, and what was in force stays', async ({ text, code }) => {
    const { status, body } = await put(text)
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ applied: false, digest: null },
        findings: expect.arrayContaining([expect.objectContaining({ code, file: 'own.cedar', line: 1 })]),
      },
    ])
    expect((await inForce()).digest).toBe(BUILT_IN_BUNDLE.digest)
  })

  test.for<readonly [string, string, string]>([
    [
      'an id of the constitution',
      'own.cedar',
      `${ALL}@id("const.mine") forbid(principal, action, resource) when { false };`,
    ],
    ['the place of the constitution', 'constitution.cedar', ALL],
    ['the place of the schema', 'cascade.cedarschema', 'entity Role;'],
    ['a place where no policies belong', 'notes.txt', ALL],
  ])('take neither %s', async ([, path = '', text = '']) => {
    expect(await put(text, {}, path)).toMatchObject({ status: 422, body: { code: 'UNPROCESSABLE' } })
    expect((await inForce()).digest).toBe(BUILT_IN_BUNDLE.digest)
  })

  test('are taken with the constitution and the schema beside them as they are, and not otherwise', async () => {
    const { files, digest } = await inForce()
    const apply = async (given: unknown, dry_run = false) =>
      (await http.send('PUT', PATH, { body: { files: given, dry_run } })).json()
    expect(await apply(files, true)).toMatchObject({ applied: false, digest, added: [], removed: [], changed: [] })
    expect(await apply([...files, { path: 'own.cedar', text: ALL }])).toMatchObject({
      applied: true,
      added: ['own.all'],
    })
    const weakened = files.map(({ path, text }: { path: string; text: string }) =>
      path === 'constitution.cedar' ? { path, text: text.replace('< 40', '< 10') } : { path, text },
    )
    expect(await apply(weakened)).toMatchObject({
      code: 'UNPROCESSABLE',
      detail: expect.stringContaining('another text'),
    })
  })

  test.for<readonly [string, string]>([
    ['permit nothing', '@id("own.none") permit(principal, action == Action::"capsule.read", resource);'],
    ['forbid it outright', `${ALL}@id("own.no") forbid(principal, action == Action::"policy.apply", resource);`],
    [
      'forbid it where the API asks',
      `${ALL}@id("own.no") forbid(principal, action == Action::"policy.apply", resource == Thing::"*");`,
    ],
    [
      'forbid it where a start asks',
      `${ALL}@id("own.no") forbid(principal, action == Action::"policy.apply", resource == Thing::"governance/policies");`,
    ],
    [
      'let somebody else approve it',
      `${ALL}@id("own.no") @curable("approval") forbid(principal, action == Action::"policy.apply", resource) unless { context.approved };`,
    ],
    [
      'fail',
      `${ALL}@id("own.no") forbid(principal, action, resource) when { context.risk * 9223372036854775807 > 0 };`,
    ],
  ])('under which nobody could put others in force are refused: they %s', async ([, text = '']) => {
    expect(await put(text)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
    expect((await inForce()).digest).toBe(BUILT_IN_BUNDLE.digest)
  })

  test.for([
    ['140 parentheses', `${'('.repeat(140)}true${')'.repeat(140)}`],
    ['20,000 parentheses', `${'('.repeat(20_000)}true${')'.repeat(20_000)}`],
    ['5000 &&', Array(5000).fill('true').join(' && ')],
    ['deep sets', `${'['.repeat(3000)}1${']'.repeat(3000)} == [1]`],
  ])('of %s take the gate down neither while they are read nor after', { timeout: 60_000 }, async ([, condition]) => {
    const reading = put(
      `${ALL}@id("own.poison") forbid(principal, action == Action::"capsule.export", resource) when { ${condition} };`,
    )
    let isRead = false
    void reading.then(() => (isRead = true))
    while (!isRead) {
      expect((await http.send('GET', '/v2/capsules')).statusCode).toBe(200)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { status, body } = await reading
    expect(status).toBe(200)
    if (!body.applied)
      expect([body.findings.length > 0, (await inForce()).digest]).toEqual([true, BUILT_IN_BUNDLE.digest])
    expect((await http.send('GET', '/v2/capsules')).statusCode).toBe(200)
  })

  test('of a thousand permits go on record like any other', { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 900 }, (_, at) => `@id("own.permit-${at}") permit(principal, action, resource);`)
    expect((await put(many.join('\n'))).body).toMatchObject({ applied: true })
    const made = await http.send('POST', '/v2/capsules', { body: { content: 'Under many.', type: 'knowledge' } })
    expect(made.statusCode).toBe(201)
  })
})

test('a policy that narrows reading hides capsules from lists, search and lineage, whoever asks', async () => {
  const hidden = await http.world.add({ content: 'A lantern in the north.', lane: 'north' })
  const seen = await http.world.add({
    content: 'A lantern in the south.',
    lane: 'south',
    parents: [{ id: hidden.id, reason: 'derived' }],
  })
  const look = async () => {
    const bodies: string[] = []
    for (const path of ['/v2/capsules', '/v2/capsules/search?q=lantern', `/v2/capsules/${seen.id}/lineage`])
      bodies.push((await http.send('GET', path)).body)
    return bodies.map((body) => body.includes(hidden.id))
  }
  expect(await look()).toEqual([true, true, true])
  expect((await put(`${ALL}${LANE} when { resource has lane && resource.lane == "north" };`)).body).toMatchObject({
    applied: true,
  })
  expect(await look()).toEqual([false, false, false])
  expect((await http.send('GET', `/v2/capsules/${hidden.id}`)).statusCode).toBe(404)
  expect((await http.send('GET', `/v2/capsules/${seen.id}`)).statusCode).toBe(200)
  await http.send('PUT', PATH, { body: { files: null } })
  expect(await look()).toEqual([true, true, true])
})

test('the risk of the moment holds back whoever applies policies, and nobody who goes back to those of the program', async () => {
  await using world = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  const send = (files: readonly object[] | null) => world.send('PUT', PATH, { body: { files } })
  const own = [{ path: 'own.cedar', text: ALL }]
  expect((await send(own)).statusCode).toBe(200)
  const { governing } = world
  const inputOf = governing.inputOf.bind(governing)
  Object.assign(governing, { inputOf: (...asked: Parameters<typeof inputOf>) => ({ ...inputOf(...asked), risk: 100 }) })
  expect((await send(own)).json()).toMatchObject({ code: 'FORBIDDEN', reasons: ['RISK_TOO_HIGH'] })
  expect((await world.send('PUT', PATH, { body: { files: 7 } })).statusCode).toBe(400)
  expect((await send(null)).json()).toMatchObject({ applied: true, digest: BUILT_IN_BUNDLE.digest })
})
