import { BULK_LIMITS, bulkLine, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, byNobody } from '../../domain/governance/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const preview = (body: object) => http.send('POST', '/v2/capsules/bulk', { body })
const run = (token: string) => http.send('POST', `/v2/capsules/bulk/${token}`)
const linesOf = (body: string) =>
  body
    .trimEnd()
    .split('\n')
    .map((line) => bulkLine.parse(JSON.parse(line)))

describe('who may', () => {
  test.for(ROUTES.filter(({ tag }) => tag === 'Bulk'))('$id lets no member through', async ({ method, path, body }) => {
    const headers = { authorization: `Bearer ${http.memberToken}` }
    const sending = body ? { body: body.example } : {}
    const answer = await http.send(method, path.replace('{token}', ABSENT), { ...sending, headers })
    expect(answer.statusCode).toBe(403)
  })

  test.for([
    { body: { operation: 'tag', add: ['t'] }, action: 'capsule.update' },
    { body: { operation: 'archive' }, action: 'capsule.archive' },
    { body: { operation: 'restore' }, action: 'capsule.restore' },
    { body: { operation: 'erase', legal_basis: 'gdpr-17' }, action: 'capsule.erase' },
  ])('$body.operation is decided once, as $action, whoever may ask for bulk changes', async ({ body, action }) => {
    const asked: string[] = []
    await using world = await openHttpWorld({
      gate: (gate) =>
        asking(gate, (request) => {
          asked.push(request.action)
          return request.action === action ? byNobody(request) : request
        }),
    })
    const ids = [(await world.world.add({ content: 'a' })).id, (await world.world.add({ content: 'b' })).id]
    const { token } = JSON.parse((await world.send('POST', '/v2/capsules/bulk', { body: { ...body, ids } })).body)
    const answer = await world.send('POST', `/v2/capsules/bulk/${token}`)
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([403, 'FORBIDDEN'])
    expect(asked).toEqual(['capsule.bulk', 'capsule.bulk', action])
    const heads = await world.world.context.store.capsules.getHeads(ids)
    expect(heads.map(({ status, revision }) => [status, revision])).toEqual([
      ['ACTIVE', 1],
      ['ACTIVE', 1],
    ])
  })
})

describe('what is refused', () => {
  test.for([
    { name: 'neither ids nor a filter', body: { operation: 'archive' } },
    { name: 'both', body: { operation: 'archive', ids: [ABSENT], filter: { lane: 'l' } } },
    { name: 'no ids at all', body: { operation: 'archive', ids: [] } },
    {
      name: 'more ids than there may be',
      body: { operation: 'archive', ids: Array.from({ length: BULK_LIMITS.idsMax + 1 }, () => ABSENT) },
    },
    { name: 'an id that is none', body: { operation: 'archive', ids: ["' OR 1=1"] } },
    { name: 'a filter that says nothing', body: { operation: 'archive', filter: {} } },
    { name: 'a filter by what there is not', body: { operation: 'archive', filter: { content: 'x' } } },
    { name: 'tags for what takes none', body: { operation: 'archive', ids: [ABSENT], add: ['t'] } },
    { name: 'no tags for a change of tags', body: { operation: 'tag', ids: [ABSENT] } },
    { name: 'an empty list of tags', body: { operation: 'tag', ids: [ABSENT], add: [] } },
    {
      name: 'a tag too many',
      body: {
        operation: 'tag',
        ids: [ABSENT],
        add: Array.from({ length: BULK_LIMITS.tagsMax + 1 }, (_, tag) => `t${tag}`),
      },
    },
    { name: 'a tag that comes and goes', body: { operation: 'tag', ids: [ABSENT], add: ['t'], remove: ['t'] } },
    { name: 'an erasure without its ground', body: { operation: 'erase', ids: [ABSENT] } },
    { name: 'a ground for what needs none', body: { operation: 'archive', ids: [ABSENT], legal_basis: 'gdpr-17' } },
    { name: 'an operation there is not', body: { operation: 'quarantine', ids: [ABSENT] } },
  ])('a preview with $name', async ({ body }) => {
    const answer = await preview(body)
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([400, 'VALIDATION_FAILED'])
  })

  test('a token that nobody was given, and one that is none', async () => {
    expect((await run(ABSENT)).statusCode).toBe(404)
    expect((await run('..%2f')).statusCode).toBe(400)
  })
})

describe('what is done', () => {
  test('a line for each capsule in order, its receipt or its problem, and the numbers at the end', async () => {
    const { id } = await http.world.add({ content: 'one', tags: ['a'] })
    const shown = JSON.parse((await preview({ operation: 'tag', ids: [ABSENT, id], add: ['b'] })).body)
    expect(shown).toMatchObject({ operation: 'tag', count: 2, sample: [{ id, version: '1.0.0', status: 'ACTIVE' }] })
    const answer = await run(shown.token)
    expect(answer.headers['content-type']).toContain('application/x-ndjson')
    expect(linesOf(answer.body)).toMatchObject([
      { line: 1, id: ABSENT, problem: { code: 'NOT_FOUND', instance: `/v2/capsules/bulk/${shown.token}` } },
      { line: 2, id, receipt: { outcome: 'updated', id, version: '1.0.1' } },
      { end: { changed: 1, unchanged: 0, failed: 1, erasure: null } },
    ])
    expect(JSON.parse((await http.send('GET', `/v2/capsules/${id}`)).body).tags).toEqual(['a', 'b'])
    expect((await run(shown.token)).body.split('\n')[1]).toBe(answer.body.split('\n')[1])
    expect((await http.metrics.render()).body).toContain(
      'cascade_bulk_capsules_total{operation="tag",outcome="changed"} 2',
    )
  })

  test('an erasure has one receipt, and what a hold covers a line that says who placed it and why', async () => {
    const held = await http.world.add({ content: 'held', lane: 'trial' })
    const free = await http.world.add({ content: 'free', lane: 'trial' })
    await http.send('POST', '/v2/holds', {
      body: { target: { kind: 'capsule', capsule: held.id }, reason: 'case 4711' },
    })
    const wanted = { operation: 'erase', filter: { lane: 'trial' }, legal_basis: 'gdpr-17' }
    const { token, count, held: kept } = JSON.parse((await preview(wanted)).body)
    expect([count, kept]).toEqual([2, 1])
    const lines = linesOf((await run(token)).body)
    expect(lines).toMatchObject([
      { id: free.id, receipt: { outcome: 'updated' } },
      { id: held.id, problem: { code: 'LEGAL_HOLD', reason: 'case 4711' } },
      { end: { changed: 1, failed: 1, erasure: { id: token, state: 'completed', capsule_ids: [free.id] } } },
    ])
    expect((await http.send('GET', `/v2/capsules/${free.id}`)).statusCode).toBe(410)
    expect((await http.send('GET', `/v2/erasures/${token}`)).statusCode).toBe(200)
  })

  test('of two runs of a preview at once the second is told to wait, and answers the same afterwards', async () => {
    for (let index = 0; index < 100; index++) await http.world.add({ content: `twice ${index}`, lane: 'twice' })
    const { token } = JSON.parse((await preview({ operation: 'archive', filter: { lane: 'twice' } })).body)
    const answers = (await Promise.all([run(token), run(token)])).toSorted((a, b) => a.statusCode - b.statusCode)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 409])
    expect(JSON.parse(answers[1]?.body ?? '').code).toBe('IN_FLIGHT')
    expect((await run(token)).body).toBe(answers[0]?.body)
  })
})
