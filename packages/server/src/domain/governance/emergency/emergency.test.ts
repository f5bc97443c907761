import { createHash } from 'node:crypto'
import type { Action } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import type { Command } from '#store'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import { createTestClock } from '../../../platform/store/testing.ts'
import { GovernanceGate, requireGrant } from '../governance-gate.ts'
import { Emergency } from './emergency.ts'
import { ALONE_WAIT_MS, EMERGENCY_COLLECTION } from './emergency-state.ts'

const person = (id: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-00000000000${id}`, kind: 'person', name: id, roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
  ...more,
})
const [ADA, BOB] = [person('a'), person('b')]

async function openPlace() {
  const time = createTestClock()
  const newId = createUuidV7(time.clock, systemRandom)
  const matcher = createStaticSoftMatcher(sharedStaticTable())
  const store = await openMemoryStore({ collections: [EMERGENCY_COLLECTION], clock: time.clock, matcher })
  const gate = new GovernanceGate({ clock: time.clock, newId })
  const place = { lifters: [ADA, BOB] as readonly Subject[], isFileThere: false }
  const call = <A extends Action>(action: A, { id }: Subject = ADA) => ({
    grant: requireGrant(gate.decide({ action, resource: '*', subject: person('a', { id }), correlationId: newId() })),
    command: { id: createHash('sha256').update(newId()).digest('hex').slice(0, 32) },
  })
  const open = (more: Partial<Parameters<typeof Emergency.open>[0]> = {}) =>
    Emergency.open({
      ...{ store, clock: time.clock, random: systemRandom },
      listLifters: async () => place.lifters,
      isFileThere: () => place.isFileThere,
      ...more,
    })
  const off = (emergency: Emergency, by: Subject, isLocal = false) =>
    emergency.lift(call('emergency.lift', by), { reason: 'mended', isLocal })
  return { time, store, place, call, open, off }
}

const writing = (action: Action, ...types: string[]) =>
  ({ grant: { action }, records: types.map((type) => ({ type })) }) as unknown as Command // what `refusal` looks at

describe('turned on', () => {
  test('it counts before it is written, and stays on where it cannot be written', async () => {
    const { store, call, open } = await openPlace()
    const full = new CascadeError('STORAGE_FULL', 'full')
    let isFull = true
    const append: typeof store.append = async (commands) =>
      isFull ? [{ ok: false, error: full }] : store.append(commands)
    const emergency = await open({ store: { ...store, append, records: store.records } })
    const raised = emergency.raise(call('emergency.raise'), 'out of hand')
    expect(emergency.active()).toBe(true)
    await expect(raised).rejects.toBe(full)
    expect(emergency.active()).toBe(true)
    expect((await open()).active()).toBe(false)
    isFull = false
    await emergency.raise(call('emergency.raise'), 'out of hand')
    expect((await open()).state).toMatchObject({ active: true, epoch: 1, reason: 'out of hand' })
  })

  test('it tells whoever works, once each time, and who comes later at once', async () => {
    const { call, open, off } = await openPlace()
    const emergency = await open()
    const told: string[] = []
    using _early = emergency.whenRaised((error) => void told.push(`early ${error.code}`))
    emergency.whenRaised(() => void told.push('gone'))[Symbol.dispose]()
    const first = emergency.signal
    for (let round = 0; round < 2; round++) {
      expect(() => emergency.check()).not.toThrow()
      await emergency.raise(call('emergency.raise'), 'r')
      await emergency.raise(call('emergency.raise'), 'again')
      expect(() => emergency.check()).toThrow('EMERGENCY_ACTIVE')
      using _late = emergency.whenRaised(() => void told.push('late'))
      await off(emergency, ADA)
      await off(emergency, BOB)
    }
    expect(told).toEqual(['early EMERGENCY_ACTIVE', 'late', 'early EMERGENCY_ACTIVE', 'late'])
    expect([first.aborted, emergency.signal.aborted]).toEqual([true, false])
  })

  test('it halts everything but what sees and ends it, from when the start is done', async () => {
    const { call, open } = await openPlace()
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    expect(emergency.halts('capsule.create')).toBe(false)
    emergency.enforce()
    for (const action of ['capsule.read', 'capsule.create', 'system.maintain', 'system.read', 'ledger.sign'] as const)
      expect(emergency.halts(action)).toBe(true)
    for (const action of ['emergency.read', 'emergency.raise', 'emergency.lift'] as const)
      expect(emergency.halts(action)).toBe(false)
    expect(emergency.refusal(writing('import.run', 'capsule.created'))?.code).toBe('EMERGENCY_ACTIVE')
    expect(emergency.refusal(writing('import.run'))?.code).toBe('EMERGENCY_ACTIVE')
    expect(emergency.refusal(writing('import.run', 'import.interrupted', 'capsule.created'))?.code).toBe(
      'EMERGENCY_ACTIVE',
    )
    expect(emergency.refusal(writing('import.run', 'import.interrupted'))).toBeUndefined()
    expect(emergency.refusal(writing('emergency.lift', 'emergency.lifted'))).toBeUndefined()
  })
})

test.for([
  ['An agent deletes notes', 'An agent deletes notes. Nothing'],
  ['An agent deletes notes.', 'An agent deletes notes. Nothing'],
  ['Who deletes notes?', 'Who deletes notes? Nothing'],
  ['He said “stop.” ', 'He said “stop.”  Nothing'],
  ['記録が消えている。', '記録が消えている。 Nothing'],
] as const)('whoever is refused reads the reason %j as a sentence', async ([reason, told]) => {
  const { call, open } = await openPlace()
  const emergency = await open()
  await emergency.raise(call('emergency.raise'), reason)
  expect(() => emergency.check()).toThrow(told)
})

describe('lifted', () => {
  test('by two people, each step on record', async () => {
    const { store, call, open, off } = await openPlace()
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    expect(await off(emergency, ADA)).toMatchObject({ active: true, lifts: [{ by: ADA.id }] })
    await expect(off(emergency, ADA)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await off(emergency, BOB)).toMatchObject({ active: false, lifts: [] })
    const entries = await store.changesSince(-1, 100)
    expect(entries.map(({ leaf }) => [leaf.type, leaf.actor])).toEqual([
      ['emergency.raised', ADA.id],
      ['emergency.lift_asked', ADA.id],
      ['emergency.lifted', BOB.id],
    ])
    expect(entries[2]?.leaf.payload).toMatchObject({ first: ADA.id, second: BOB.id, alone: false })
    expect((await open()).active()).toBe(false)
  })

  test('by both at once only once, and never by one who sends both calls at once', async () => {
    const { call, open, off } = await openPlace()
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    const own = await Promise.allSettled([off(emergency, ADA), off(emergency, ADA)])
    expect(own.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    const both = await Promise.allSettled([off(emergency, BOB), off(emergency, BOB)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(emergency.active()).toBe(false)
  })

  test.for([
    { name: 'an agent', subject: person('c', { kind: 'agent' }) },
    { name: 'a member', subject: person('c', { roles: ['member'] }) },
  ])('not by $name, nor does it count as somebody who could', async ({ subject }) => {
    const { call, open, off, place } = await openPlace()
    place.lifters = [ADA, subject]
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    await expect(off(emergency, subject, true)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(off(emergency, ADA)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await off(emergency, ADA, true)).toMatchObject({ active: true })
  })

  test('by the only one after a minute, over a restart', async () => {
    const { time, call, open, off, place } = await openPlace()
    place.lifters = [ADA]
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    await off(emergency, ADA, true)
    time.advance(ALONE_WAIT_MS - 1)
    await expect(off(emergency, ADA, true)).rejects.toMatchObject({ code: 'CONFLICT', retryAfterS: 1 })
    time.advance(1)
    expect(await off(await open(), ADA, true)).toMatchObject({ active: false })
  })

  test('not while the file lies there, and the file that goes lifts nothing', async () => {
    const { call, open, off, place } = await openPlace()
    const emergency = await open()
    await emergency.raiseByFile(() => call('emergency.raise'), 'r')
    expect(emergency.state).toMatchObject({ cause: 'file', by: null })
    place.isFileThere = true
    for (const by of [ADA, BOB]) await expect(off(emergency, by)).rejects.toThrow(/remove it/)
    place.isFileThere = false
    expect(emergency.active()).toBe(true)
  })

  test('not by a call that was under way when it was turned on again', async () => {
    const { call, open, off } = await openPlace()
    const emergency = await open()
    await emergency.raise(call('emergency.raise'), 'r')
    await off(emergency, ADA)
    const lifting = off(emergency, BOB)
    // The call has looked at the state, and waits for the store.
    await Promise.resolve()
    await Promise.resolve()
    await emergency.raise(call('emergency.raise'), 'still out of hand')
    await Promise.allSettled([lifting])
    expect(emergency.active()).toBe((await open()).active())
  })
})
