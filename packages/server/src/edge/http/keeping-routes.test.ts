import { ACTION_TRAITS, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const erase = (id: string, body: object = { legal_basis: 'gdpr-17' }) =>
  http.send('POST', `/v2/capsules/${id}/erase`, { body })
const pointers = (body: string): readonly string[] =>
  (JSON.parse(body) as { errors?: { pointer: string }[] }).errors?.map(({ pointer }) => pointer) ?? []

describe('who may', () => {
  const rows = ROUTES.filter(({ tag }) => tag === 'Keeping')

  test.for(rows)('$id asks for a token, and lets no member through', async ({ method, path, body }) => {
    const url = path.replace('{id}', ABSENT)
    const sending = body ? { body: body.example } : {}
    const stranger = await http.send(method, url, { ...sending, headers: { authorization: undefined } })
    expect(stranger.statusCode).toBe(401)
    const member = await http.send(method, url, {
      ...sending,
      headers: { authorization: `Bearer ${http.memberToken}` },
    })
    expect(member.statusCode).toBe(403)
  })

  test('whatever takes something away for good, or keeps it, is of more than low risk', () => {
    const risks = rows
      .filter(({ method }) => method !== 'GET')
      .map(({ access }) => 'action' in access && ACTION_TRAITS[access.action].risk)
    expect(new Set(risks)).toEqual(new Set(['high', 'medium']))
  })
})

describe('what is refused', () => {
  test.for([
    { name: 'no ground', body: {}, at: '/legal_basis' },
    {
      name: 'a sentence about a person as the ground',
      body: { legal_basis: 'Grace asked for it, see her mail' },
      at: '/legal_basis',
    },
    { name: 'a ground that is too long', body: { legal_basis: 'x'.repeat(101) }, at: '/legal_basis' },
    { name: 'a word for a switch', body: { legal_basis: 'gdpr-17', dry_run: 'perhaps' }, at: '/dry_run' },
    { name: 'a member that is unknown', body: { legal_basis: 'gdpr-17', quietly: true }, at: '/quietly' },
  ])('an erasure with $name', async ({ body, at }) => {
    const { id } = await http.world.add({ content: `kept from ${at} ${JSON.stringify(body)}` })
    const answer = await erase(id, body)
    expect([answer.statusCode, pointers(answer.body)]).toEqual([400, [at]])
    expect((await http.send('GET', `/v2/capsules/${id}`)).statusCode).toBe(200)
  })

  test.for([
    { name: 'a target of two kinds', target: { kind: 'capsule', capsule: ABSENT, subject: 'x' } },
    { name: 'a scope that names nothing', target: { kind: 'scope' } },
    { name: 'a kind that is none', target: { kind: 'everything' } },
    { name: 'a subject without a name', target: { kind: 'subject', subject: '' } },
    { name: 'a target with too long a reason', target: { kind: 'capsule', capsule: ABSENT }, reason: 'x'.repeat(1001) },
  ])('a hold on $name', async ({ target, reason = 'r' }) => {
    expect((await http.send('POST', '/v2/holds', { body: { target, reason } })).statusCode).toBe(400)
  })

  test.for([
    { method: 'POST', url: `/v2/capsules/${ABSENT}/erase`, body: { legal_basis: 'gdpr-17' } },
    { method: 'POST', url: '/v2/erasures', body: { subject: 'nobody', legal_basis: 'gdpr-17' } },
    { method: 'GET', url: `/v2/erasures/${ABSENT}`, body: undefined },
    { method: 'POST', url: `/v2/holds/${ABSENT}/lift`, body: { reason: 'r' } },
  ] as const)('what is not there: $method $url', async ({ method, url, body }) => {
    expect((await http.send(method, url, { body })).statusCode).toBe(404)
  })

  test.for(['/v2/erasures?cursor=forged', '/v2/holds?cursor=forged'])('a forged cursor: %s', async (url) => {
    expect(JSON.parse((await http.send('GET', url)).body)).toMatchObject({ code: 'CURSOR_INVALID' })
  })
})

describe('what is done', () => {
  test('a dry run erases nothing, an erasure answers with its receipt, and then the tombstone answers', async () => {
    const { id } = await http.world.add({ content: 'soon gone' })
    const plan = JSON.parse((await erase(id, { legal_basis: 'gdpr-17', dry_run: true })).body)
    expect(plan).toMatchObject({ id: null, state: 'planned', capsules: 1, versions: 1 })
    expect((await http.send('GET', `/v2/capsules/${id}`)).statusCode).toBe(200)
    const receipt = JSON.parse((await erase(id)).body)
    expect(receipt).toMatchObject({ state: 'completed', legal_basis: 'gdpr-17' })
    const tombstone = await http.send('GET', `/v2/capsules/${id}`)
    expect(tombstone.statusCode).toBe(410)
    expect(JSON.parse(tombstone.body)).toMatchObject({ code: 'ERASED', capsule_id: id, sequence: receipt.sequence })
    for (const url of [`/v2/capsules/${id}/versions`, `/v2/capsules/${id}/versions/1.0.0`, `/v2/capsules/${id}/trust`])
      expect([url, (await http.send('GET', url)).statusCode]).toEqual([url, 410])
    expect(JSON.parse((await http.send('GET', `/v2/erasures/${receipt.id}`)).body)).toEqual(receipt)
    expect(JSON.parse((await http.send('GET', '/v2/erasures')).body).items).toEqual([receipt])
    expect(JSON.parse((await erase(id)).body)).toEqual(receipt)
  })

  test('a subject goes with all of theirs', async () => {
    await http.world.add({ content: 'of hers', owner: 'Grace' })
    await http.world.add({ content: 'about her', identity: 'Grace' })
    const { body } = await http.send('POST', '/v2/erasures', { body: { subject: 'Grace', legal_basis: 'gdpr-17' } })
    expect(JSON.parse(body)).toMatchObject({ capsules: 2, target: { kind: 'subject', capsule: null } })
    expect(body).not.toContain('Grace')
  })

  test('a hold refuses, says who placed it and why, and is lifted', async () => {
    const { id } = await http.world.add({ content: 'held' })
    const placed = await http.send('POST', '/v2/holds', {
      body: { target: { kind: 'capsule', capsule: id }, reason: 'case 4711' },
    })
    expect(placed.statusCode).toBe(201)
    const refused = await erase(id)
    expect(refused.statusCode).toBe(409)
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'LEGAL_HOLD', capsule_id: id, reason: 'case 4711' })
    const hold = JSON.parse(placed.body).id
    const lifted = await http.send('POST', `/v2/holds/${hold}/lift`, { body: { reason: 'closed' } })
    expect(JSON.parse(lifted.body)).toMatchObject({ state: 'lifted', lifted: { reason: 'closed' } })
    expect(JSON.parse((await http.send('GET', '/v2/holds')).body).items[0]).toEqual(JSON.parse(lifted.body))
    expect((await erase(id)).statusCode).toBe(200)
  })
})
