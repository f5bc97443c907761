import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/approvals'
const WEAK_WORD = 'zymurgweak'
const STEWARD_WORD = 'zymurgsteward'
let http: HttpWorld
const tokens = new Map<string, string>()

beforeEach(async () => {
  http = await openHttpWorld({ people: [] })
  for (const body of [
    { name: 'weak', kind: 'person', roles: ['member'], trust: 45 },
    { name: 'other', kind: 'person', roles: ['member'], trust: 45 },
    { name: 'grace', kind: 'person', roles: ['steward'], trust: 80 },
  ]) {
    await http.send('POST', '/v2/subjects', { body })
    const made = await http.send('POST', '/v2/tokens', { body: { subject: body.name, name: 'laptop' } })
    tokens.set(body.name, made.json().token)
  }
})
afterEach(() => http[Symbol.asyncDispose]())

const as = (name: string, more: Readonly<Record<string, string>> = {}) => ({
  headers: { authorization: `Bearer ${tokens.get(name)}`, ...more },
})
/** A change of a capsule of its own that somebody of little trust asked for. */
async function park(by: string, content: string): Promise<{ readonly capsule: string; readonly id: string }> {
  const body = { content: `First of ${by}.`, type: 'knowledge' }
  const capsule = (await http.send('POST', '/v2/capsules', { body, ...as(by) })).json().id
  const change = { body: { content }, ...as(by, { 'if-match': '*' }) }
  return { capsule, id: (await http.send('PUT', `/v2/capsules/${capsule}`, change)).json().approval.id }
}
const say = (id: string, decision: 'approve' | 'reject') =>
  http.send('POST', `${PATH}/${id}`, { body: { decision, reason: `${STEWARD_WORD} of ${id}` }, ...as('grace') })
const erase = async (subject: string) => {
  const done = await http.send('POST', '/v2/erasures', { body: { subject, legal_basis: 'gdpr-17' } })
  expect(done.json()).toMatchObject({ state: 'completed' })
}
const rowOf = async (id: string) =>
  (await http.world.context.store.records.find<Readonly<Record<string, unknown>>>('approvals', id))?.value
const textOf = async (id: string) => JSON.stringify(await rowOf(id))

test('an erased capsule leaves no words in what waits, nor a digest to guess them from, and nothing can be done by it', async () => {
  const { capsule, id } = await park('weak', WEAK_WORD)
  const before = await rowOf(id)
  expect(JSON.stringify(before)).toContain(WEAK_WORD)
  const erased = await http.send('POST', `/v2/capsules/${capsule}/erase`, { body: { legal_basis: 'gdpr-17' } })
  expect(erased.json()).toMatchObject({ state: 'completed' })
  const left = await textOf(id)
  for (const gone of [WEAK_WORD, before?.digest, before?.digestKey, sha256Hex(WEAK_WORD)])
    expect(left).not.toContain(gone)
  expect((await http.send('GET', `${PATH}/${id}`)).json()).toMatchObject({ state: 'waiting', digest: null })
  expect((await say(id, 'approve')).json()).toMatchObject({ state: 'failed', outcome: { code: 'CAPSULE_CHANGED' } })
})

test('an erased subject leaves no words in what it asked for on capsules of its own, waiting, decided or carried out', async () => {
  const asked = [
    await park('weak', `${WEAK_WORD} 1`),
    await park('weak', `${WEAK_WORD} 2`),
    await park('weak', WEAK_WORD),
  ]
  const [waiting, rejected, executed] = asked.map(({ id }) => id) as [string, string, string]
  await say(rejected, 'reject')
  expect((await say(executed, 'approve')).json()).toMatchObject({ state: 'executed' })
  await erase('weak')
  for (const id of [waiting, rejected, executed]) {
    const left = await textOf(id)
    expect(left).not.toMatch(new RegExp(`${WEAK_WORD}|${STEWARD_WORD}`))
    expect(await rowOf(id)).toMatchObject({ digest: null, digestKey: null })
  }
})

test('an erased approver leaves no reasons, and what others asked for stays as it is', async () => {
  const [one, two] = [await park('weak', WEAK_WORD), await park('other', 'Of the other.')]
  await say(one.id, 'reject')
  await say(two.id, 'approve')
  const before = await rowOf(one.id)
  await erase('grace')
  for (const { id } of [one, two]) expect(await textOf(id)).not.toContain(STEWARD_WORD)
  const { decided, digestKey, ...rest } = before ?? {}
  expect(await rowOf(one.id)).toMatchObject({ ...rest, digestKey: null, decided: { reason: null } })
})
