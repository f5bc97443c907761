import type { DecisionRecord, ExplainedDecision } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const EXPORT = '/v2/ledger/evidence'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  await http.world.context.store.append([noteOf()])
})
afterAll(() => http[Symbol.asyncDispose]())

/** The newest decision about an action, as it is explained. */
async function newest(action: string): Promise<ExplainedDecision> {
  const listed: { items: DecisionRecord[] } = (await http.send('GET', '/v2/governance/decisions')).json()
  const found = listed.items.find((each) => each.action === action)
  return (await http.send('GET', `/v2/governance/decisions/${found?.decision_id}`)).json()
}
const unpaired = async (): Promise<DecisionRecord[]> =>
  (await http.send('GET', '/v2/governance/decisions?unpaired=true')).json().items

describe('what acts outside the store is explained with its outcome', () => {
  test('where it was done, once the last of it was sent', async () => {
    expect((await http.send('POST', EXPORT, { body: {} })).statusCode).toBe(200)
    expect((await newest('evidence.export')).outcome).toMatchObject({ state: 'done', code: null })
  })

  test('where it failed, with the code', async () => {
    const answer = await http.send('POST', EXPORT, { body: { entity_id: 'nothing/at-all' } })
    expect((await newest('evidence.export')).outcome).toMatchObject({ state: 'failed', code: answer.json().code })
  })

  test('where its request was no good, so that nothing began', async () => {
    const answer = await http.send('POST', EXPORT, { body: { since: 'yesterday' } })
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect
      .poll(async () => (await newest('evidence.export')).outcome)
      .toMatchObject({ state: 'failed', code: 'NOT_BEGUN' })
  })

  test('and what only changes the store has none', async () => {
    await http.send('POST', '/v2/capsules', { body: { content: 'Backups run at two.', type: 'knowledge' } })
    expect((await newest('capsule.create')).outcome).toBeNull()
  })
})

test('what has no outcome yet is listed, and nothing else', async () => {
  expect(await unpaired()).toEqual([])
  const { gate } = http.governed
  const asked = {
    action: 'system.backup',
    resource: '*',
    subject: http.world.administrator,
    correlationId: 'c',
  } as const
  const decision = gate.decide(asked)
  await gate.settled(decision)
  expect(await unpaired()).toMatchObject([{ decision_id: decision.decisionId, action: 'system.backup' }])
  gate.release(decision.decisionId)
  await expect.poll(unpaired).toEqual([])
})
