import { beforeEach, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { Approvals, type CarryOut, type HeldOperation } from '#governance'
import type { Subject } from '#identity'
import { grantOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const STEWARD: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000b1', kind: 'person', name: 'ida', roles: ['steward'], trust: 50 },
  owner: null,
  active: true,
  createdAt: 0,
}
const OPERATION: HeldOperation = { id: 'any', params: {}, query: {}, body: null, ifMatch: null }
const { signal } = new AbortController()
let http: HttpWorld

beforeEach(async () => {
  http = await openHttpWorld({ people: [STEWARD] })
  return () => http[Symbol.asyncDispose]()
})

/** The requests of the world as another process finds them, which carries out by `carryOut`. */
function open(carryOut: CarryOut): Approvals {
  const { store, clock, newId, random } = http.world.context
  const approvals = new Approvals({
    ...{ store, clock, newId, random, hours: () => 24, keepDays: () => 400 },
    ...{ bundle: () => http.governed.gate.bundle.digest, findSubject: async () => STEWARD },
    ...{ findWhoMayEnter: async () => STEWARD, isTokenActive: async () => true, findCapsule: async () => null },
  })
  approvals.carryOutBy(carryOut)
  return approvals
}

async function park(approvals: Approvals, action: 'artifact.verify' | 'capsule.hold'): Promise<string> {
  const { gate } = http.governed
  const held = gate.decide({ action, resource: '*', subject: STEWARD, correlationId: http.world.context.newId() })
  expect(held.applied).toBe('hold')
  return (await approvals.park(held, { subject: STEWARD, tokenId: null, scopes: null }, OPERATION)).id
}
const call = () => http.world.call('approval.decide')
const approve = (approvals: Approvals, id: string) => approvals.decide(call(), id, { decision: 'approve' })
const refuse = (code: 'UNAVAILABLE' | 'EMERGENCY_ACTIVE' | 'CONFLICT') => async (): Promise<never> => {
  throw new CascadeError(code, 'Not now.')
}

test('what acts outside of the store is begun once, and where the process ended meanwhile nobody knows how far it came', async () => {
  const begun = Promise.withResolvers<void>()
  const first = open(() => {
    begun.resolve()
    return new Promise<never>(() => undefined)
  })
  const id = await park(first, 'artifact.verify')
  void approve(first, id)
  await begun.promise
  let times = 0
  const second = open(async () => times++)
  await second.sweep(signal)
  expect(await second.find(id)).toMatchObject({ state: 'failed', outcome: { code: 'OUTCOME_UNKNOWN' } })
  expect(times).toBe(0)
})

test.for(['UNAVAILABLE', 'EMERGENCY_ACTIVE'] as const)(
  '%s puts it off, and the next sweep carries it out',
  async (code) => {
    const first = open(refuse(code))
    const id = await park(first, 'capsule.hold')
    expect(await approve(first, id)).toMatchObject({ state: 'approved', outcome: null })
    let times = 0
    const second = open(async () => times++)
    expect(await second.sweep(signal)).toEqual({ carriedOut: 1, expired: 0 })
    expect(await second.sweep(signal)).toEqual({ carriedOut: 0, expired: 0 })
    expect([times, (await second.find(id))?.state]).toEqual([1, 'executed'])
  },
)

test('what was put off for too long expires, and is not carried out', async () => {
  const approvals = open(refuse('UNAVAILABLE'))
  const id = await park(approvals, 'capsule.hold')
  await approve(approvals, id)
  http.world.time.advance(24 * 60 * 60 * 1000)
  await approvals.sweep(signal)
  expect(await approvals.find(id)).toMatchObject({ state: 'expired' })
})

test('another failure ends it, with what went wrong', async () => {
  const approvals = open(refuse('CONFLICT'))
  const id = await park(approvals, 'capsule.hold')
  expect(await approve(approvals, id)).toMatchObject({
    state: 'failed',
    outcome: { code: 'CONFLICT', detail: 'Not now.' },
  })
})

test('a word under a grant for something else changes nothing', async () => {
  const approvals = open(async () => undefined)
  const id = await park(approvals, 'capsule.hold')
  const foreign = { ...call(), grant: { ...grantOf('approval.decide') } }
  await expect(approvals.decide(foreign, id, { decision: 'approve' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await approvals.find(id)).toMatchObject({ state: 'waiting' })
})
