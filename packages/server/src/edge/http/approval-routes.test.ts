import { APPROVAL_LIMITS } from '@forge-cascade/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Subject } from '#identity'
import { commandOf, commit, grantOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/approvals'
const person = (name: string, digit: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-0000000000a${digit}`, kind: 'person', name, roles: ['member'], trust: 60 },
  ...{ owner: null, active: true, createdAt: 0, ...more },
})
const ADA = person('ada', '1')
const GRACE = person('grace', '2', { roles: ['steward'], trust: 80 })
const EVE = person('eve', '3')
const BOT = person('bot', '4', { kind: 'agent', owner: ADA.id })
const AUDITOR = person('auditor', '5', { roles: ['auditor'] })
const WEAK = person('weak', '7', { trust: 45 })
const SLY = person('sly', '6', { kind: 'agent', roles: ['steward'], trust: 80 })

let http: HttpWorld

beforeEach(async () => {
  http = await openHttpWorld({ people: [ADA, GRACE, EVE, BOT, AUDITOR, SLY, WEAK] })
  return () => http[Symbol.asyncDispose]()
})

const as = ({ name }: Subject, more: Readonly<Record<string, string>> = {}) => ({
  headers: { authorization: `Bearer ${name}`, ...more },
})
const create = async (by: Subject, content: string): Promise<string> => {
  const made = await http.send('POST', '/v2/capsules', { body: { content, type: 'knowledge' }, ...as(by) })
  return made.json().id
}
const ask = (by: Subject, id: string, body: object = { legal_basis: 'gdpr-17' }) =>
  http.send('POST', `/v2/capsules/${id}/erase`, { body, ...as(by) })
const say = (by: Subject, approval: string, body: object = { decision: 'approve' }) =>
  http.send('POST', `${PATH}/${approval}`, { body, ...as(by) })
const look = async (by: Subject, approval: string) => (await http.send('GET', `${PATH}/${approval}`, as(by))).json()
const statusOf = async (id: string) => (await http.world.context.store.capsules.getHeads([id]))[0]?.status
/** A request of Ada's that waits, and the capsule that it would erase. */
async function park(by = ADA) {
  const capsule = await create(by, `What ${by.name} knows, ${Math.random()}.`)
  return { capsule, approval: (await ask(by, capsule)).json().approval.id as string }
}
const recordsOf = async (approval: string) =>
  (await http.world.context.store.ledger.list({ subject: `approval/${approval}` }, { limit: 100 }))
    .map(({ leaf }) => leaf.type)
    .toReversed()

describe('a request that needs an approval', () => {
  test('is answered with 202 and where to look, changes nothing, and is carried out once it is approved', async () => {
    const capsule = await create(ADA, 'To be forgotten.')
    const held = await ask(ADA, capsule)
    const { approval } = held.json()
    expect([held.statusCode, held.headers.location]).toEqual([202, `${PATH}/${approval.id}`])
    expect(Number(held.headers['cascade-sequence'])).toBeGreaterThan(0)
    expect(approval).toMatchObject({ state: 'waiting', action: 'capsule.erase', requester: ADA.id, version: '1.0.0' })
    expect(approval.reasons.map(({ policy_id }: { policy_id: string }) => policy_id)).toContain('guard.erase')
    expect(await statusOf(capsule)).toBe('ACTIVE')
    const done = (await say(GRACE, approval.id, { decision: 'approve', reason: 'She asked for it' })).json()
    expect(done).toMatchObject({ state: 'executed', decided: { by: GRACE.id }, outcome: { code: null } })
    expect(await statusOf(capsule)).toBe('ERASED')
    expect(await look(ADA, approval.id)).toMatchObject({ state: 'executed' })
    expect(await recordsOf(approval.id)).toEqual(['approval.parked', 'approval.approved', 'approval.executed'])
  })

  test('is the same one when it is asked again while it waits, and another one with other words', async () => {
    const { capsule, approval } = await park()
    const again = await Promise.all(Array.from({ length: 20 }, () => ask(ADA, capsule)))
    expect(new Set(again.map((answer) => answer.json().approval.id))).toEqual(new Set([approval]))
    expect((await ask(ADA, capsule, { legal_basis: 'contract' })).json().approval.id).not.toBe(approval)
  })

  test('is none of archiving what is one’s own, and of bringing it back', async () => {
    const capsule = await create(ADA, 'For later.')
    expect((await http.send('DELETE', `/v2/capsules/${capsule}`, as(ADA))).statusCode).toBe(204)
    expect(await statusOf(capsule)).toBe('ARCHIVED')
    expect((await http.send('POST', `/v2/capsules/${capsule}/restore`, as(ADA))).statusCode).toBe(200)
    expect(await statusOf(capsule)).toBe('ACTIVE')
  })

  test('waits not where it is malformed', async () => {
    const capsule = await create(ADA, 'Stays.')
    expect((await ask(ADA, capsule, { legal_basis: 7 })).statusCode).toBe(400)
    expect((await http.send('GET', PATH, as(ADA))).json()).toMatchObject({ items: [], groups: [] })
  })

  test('waits not where it is a dry run: that is decided as reading what would go, and answered', async () => {
    const dry = { legal_basis: 'gdpr-17', dry_run: true }
    for (const by of [ADA, BOT]) {
      const capsule = await create(by, `Stays with ${by.name}.`)
      const planned = await ask(by, capsule, dry)
      expect([planned.statusCode, planned.json()]).toMatchObject([200, { state: 'planned', capsule_ids: [capsule] }])
      expect(await statusOf(capsule)).toBe('ACTIVE')
      expect((await ask(EVE, capsule, dry)).statusCode).toBe(404)
    }
    const ofAll = { body: { subject: 'grace', ...dry }, ...as(ADA) }
    expect((await http.send('POST', '/v2/erasures', ofAll)).statusCode).toBe(403)
    expect((await http.send('GET', PATH, as(ADA))).json()).toMatchObject({ items: [], groups: [] })
  })

  test('waits not where the capsule is erased already', async () => {
    const { capsule, approval } = await park()
    expect((await say(GRACE, approval)).json()).toMatchObject({ state: 'executed' })
    for (const body of [{ legal_basis: 'gdpr-17' }, { legal_basis: 'gdpr-17', dry_run: true }]) {
      const again = await ask(ADA, capsule, body)
      expect([again.statusCode, again.json()]).toMatchObject([410, { code: 'ERASED', capsule_id: capsule }])
    }
    expect((await ask(EVE, capsule)).statusCode).toBe(404)
  })

  test('about a capsule that there is not, or that is not to be seen, waits not', async () => {
    const capsule = await create(ADA, 'Private.')
    expect((await ask(EVE, capsule)).statusCode).toBe(404)
    expect((await ask(EVE, '01900000-0000-7000-8000-00000000ffff')).statusCode).toBe(404)
  })

  test('does not wait where too many of one do already, and a flood of one stops nobody else', async () => {
    const capsule = await create(ADA, 'Stays.')
    const answers = []
    for (let index = 0; index <= APPROVAL_LIMITS.waitingMax; index++)
      answers.push(await ask(ADA, capsule, { legal_basis: `basis-${index}` }))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(APPROVAL_LIMITS.waitingMax).fill(202), 429])
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await park(EVE)).approval).toBeDefined()
    const { groups } = (await http.send('GET', `${PATH}?limit=3`, as(GRACE))).json()
    expect(groups).toEqual([
      { requester: ADA.id, requester_name: 'ada', action: 'capsule.erase', waiting: APPROVAL_LIMITS.waitingMax },
      { requester: EVE.id, requester_name: 'eve', action: 'capsule.erase', waiting: 1 },
    ])
  })

  test('does not wait where it is too long, and does at the limit', async () => {
    const capsule = await create(WEAK, 'Short.')
    const headers = { 'if-match': (await http.send('GET', `/v2/capsules/${capsule}`)).headers.etag as string }
    const update = (length: number) =>
      http.send('PUT', `/v2/capsules/${capsule}`, { body: { content: 'x'.repeat(length) }, ...as(WEAK, headers) })
    const around = JSON.stringify([{ id: capsule }, {}, { content: '' }]).length
    const answers = [
      await update(APPROVAL_LIMITS.operationBytesMax - around),
      await update(APPROVAL_LIMITS.operationBytesMax - around + 1),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 413])
  })
})

describe('who decides', () => {
  test.for([
    { name: 'whoever asked', by: ADA, status: 403 },
    { name: 'a stranger', by: EVE, status: 404 },
    { name: 'an auditor, who sees it', by: AUDITOR, status: 403 },
    { name: 'an agent, steward or not', by: SLY, status: 403 },
    { name: 'a steward', by: GRACE, status: 200 },
  ])('$name: $status', async ({ by, status }) => {
    const { capsule, approval } = await park()
    expect((await say(by, approval)).statusCode).toBe(status)
    expect(await statusOf(capsule)).toBe(status === 200 ? 'ERASED' : 'ACTIVE')
  })

  test('the person behind an agent decides on what it asks for, and no other agent of that person', async () => {
    const { capsule, approval } = await park(BOT)
    expect((await say(BOT, approval)).statusCode).toBe(403)
    expect((await say(EVE, approval)).statusCode).toBe(404)
    expect((await say(ADA, approval)).json()).toMatchObject({ state: 'executed' })
    expect(await statusOf(capsule)).toBe('ERASED')
  })

  test('a list shows what one asked for and what one may decide on', async () => {
    const [ada, bot, eve] = [await park(), await park(BOT), await park(EVE)]
    const seenBy = async (by: Subject, query = '') =>
      (await http.send('GET', `${PATH}${query}`, as(by))).json().items.map(({ id }: { id: string }) => id)
    expect(await seenBy(ADA)).toEqual([ada.approval, bot.approval])
    expect(await seenBy(ADA, '?mine=true')).toEqual([ada.approval])
    expect(await seenBy(EVE)).toEqual([eve.approval])
    expect(await seenBy(GRACE, '?state=waiting')).toEqual([ada.approval, bot.approval, eve.approval])
    expect(await seenBy(GRACE, '?state=executed')).toEqual([])
    const first = (await http.send('GET', `${PATH}?limit=2`, as(GRACE))).json()
    expect(await seenBy(GRACE, `?cursor=${first.next_cursor}`)).toEqual([eve.approval])
    expect((await http.send('GET', `${PATH}?cursor=other`, as(GRACE))).json()).toMatchObject({ code: 'CURSOR_INVALID' })
  })

  test.for([
    { name: 'none', body: {} },
    { name: 'another word', body: { decision: 'maybe' } },
    { name: 'a reason that is too long', body: { decision: 'approve', reason: 'x'.repeat(1001) } },
    { name: 'more than there is', body: { decision: 'approve', state: 'executed' } },
  ])('a word on it is refused that is $name', async ({ body }) => {
    const { capsule, approval } = await park()
    expect((await say(GRACE, approval, body)).statusCode).toBe(400)
    expect(await statusOf(capsule)).toBe('ACTIVE')
  })

  test('a rejection is told to whoever asked, with its reason, and nothing decides again', async () => {
    const { capsule, approval } = await park()
    expect((await say(GRACE, approval, { decision: 'reject' })).statusCode).toBe(400)
    await say(GRACE, approval, { decision: 'reject', reason: 'Still needed' })
    expect(await look(ADA, approval)).toMatchObject({ state: 'rejected', decided: { reason: 'Still needed' } })
    expect((await say(GRACE, approval)).json()).toMatchObject({ code: 'CONFLICT' })
    expect(await statusOf(capsule)).toBe('ACTIVE')
  })
})

describe('what is approved is what was asked, and nothing else', () => {
  test('an approval that is said again does nothing more', async () => {
    const { approval } = await park()
    expect((await say(GRACE, approval)).statusCode).toBe(200)
    const head = http.world.context.store.head()
    expect((await say(GRACE, approval)).json()).toMatchObject({ code: 'CONFLICT' })
    expect(await http.governed.approvals.carryOut(approval)).toMatchObject({ state: 'executed' })
    expect(await recordsOf(approval)).toHaveLength(3)
    expect(http.world.context.store.head()).toBeGreaterThanOrEqual(head)
  })

  test('a thousand approvals at once carry it out once', async () => {
    const { capsule, approval } = await park()
    const answers = await Promise.all(Array.from({ length: 1000 }, () => say(GRACE, approval)))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(999)
    const erased = await http.world.context.store.ledger.list(
      { type: 'capsule.erased', subject: `capsule/${capsule}` },
      { limit: 10 },
    )
    expect(erased).toHaveLength(1)
  })

  test('one that waited too long is not approved any more', async () => {
    const { capsule, approval } = await park()
    http.world.time.advance(24 * 60 * 60 * 1000)
    expect((await say(GRACE, approval)).json()).toMatchObject({ code: 'CONFLICT' })
    expect(await look(ADA, approval)).toMatchObject({ state: 'expired' })
    expect(await statusOf(capsule)).toBe('ACTIVE')
  })

  test('a sweep ends those that waited too long, and no others', async () => {
    const old = await park()
    http.world.time.advance(23 * 60 * 60 * 1000)
    const young = await park()
    http.world.time.advance(60 * 60 * 1000)
    expect(await http.governed.approvals.sweep(new AbortController().signal)).toEqual({ carriedOut: 0, expired: 1 })
    expect([(await look(ADA, old.approval)).state, (await look(ADA, young.approval)).state]).toEqual([
      'expired',
      'waiting',
    ])
  })

  test.for([
    {
      name: 'the capsule was changed',
      code: 'CAPSULE_CHANGED',
      change: async (capsule: string) => {
        const { headers } = await http.send('GET', `/v2/capsules/${capsule}`)
        const body = { content: 'Something else by now.' }
        await http.send('PUT', `/v2/capsules/${capsule}`, { body, headers: { 'if-match': String(headers.etag) } })
      },
    },
    {
      name: 'other policies are in force',
      code: 'POLICIES_CHANGED',
      change: async () => http.governed.gate.arm({ ...http.governed.gate.bundle, digest: 'f'.repeat(64) }),
    },
    {
      name: 'whoever asked is gone',
      code: 'SUBJECT_INACTIVE',
      change: async () => void http.governed.people.delete(ADA.id),
    },
    {
      name: 'whoever asked may not even see it any more',
      code: 'NOT_FOUND',
      change: async () => void http.governed.people.set(ADA.id, { ...ADA, roles: [] }),
    },
  ])('it fails, and nothing is done, where $name', async ({ code, change }) => {
    const { capsule, approval } = await park()
    await change(capsule)
    expect((await say(GRACE, approval)).json()).toMatchObject({ state: 'failed', outcome: { code } })
    expect(await statusOf(capsule)).toBe('ACTIVE')
    expect(await recordsOf(approval)).toEqual(['approval.parked', 'approval.approved', 'approval.failed'])
  })

  test('it fails, and nothing is done, where what is to be done was changed in the store', async () => {
    const { capsule, approval } = await park()
    const other = await create(ADA, 'Not meant.')
    const { store } = http.world.context
    const grant = grantOf('capsule.hold')
    const found = await store.records.find<{ operation: object }>('approvals', approval)
    const value = { ...found?.value, operation: { ...found?.value.operation, params: { id: other } } }
    const changes = [store.records.put(grant, 'approvals', approval, value)]
    await commit(store, commandOf(grant, changes))
    expect((await say(GRACE, approval)).json()).toMatchObject({ state: 'failed', outcome: { code: 'REQUEST_CHANGED' } })
    expect([await statusOf(capsule), await statusOf(other)]).toEqual(['ACTIVE', 'ACTIVE'])
  })
})
