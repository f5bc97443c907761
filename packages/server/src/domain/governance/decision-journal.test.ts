import type { Action } from '@forge-cascade/contract'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import type { Command, CommandOutcome } from '#store'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { createFolders, openTestStore } from '../../adapters/sqlite/testing.ts'
import { campaign, commandId, createTestClock, recordOf } from '../../platform/store/testing.ts'
import { DecisionBook } from './decision-book.ts'
import { DecisionJournal, GATHER_MS, UNRECORDED_MAX, WAIT_MS } from './decision-journal.ts'
import { OUTCOME_COLLECTION } from './decision-outcomes.ts'
import { DECISION_COLLECTION, type DecisionRow, decisionIds } from './decision-row.ts'
import type { Decision, GateRequest } from './gate.ts'
import { GATE_DEFAULTS, GovernanceGate, requireGrant } from './governance-gate.ts'
import { BUILT_IN } from './testing/draw-inputs.ts'
import { requireSettledGrant } from './testing.ts'

const COLLECTIONS = [DECISION_COLLECTION, OUTCOME_COLLECTION, { name: 'people', indexes: [] }]
const folder = createFolders()
const ADA: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000a1', kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}
const NOBODY: Subject = { ...ADA, id: '01900000-0000-7000-8000-0000000000b1', name: 'bob', roles: [] }

afterEach(() => vi.useRealTimers())

/** What becomes of a command that the store is given. */
type Weather = 'good' | 'full' | 'lost answer'

async function open(kind: 'memory' | 'sqlite' = 'memory') {
  const time = createTestClock()
  const { clock } = time
  const store =
    kind === 'memory'
      ? openMemoryStore({ collections: COLLECTIONS, clock })
      : await openTestStore(folder(), { collections: COLLECTIONS, clock })
  const sky: { weather: Weather } = { weather: 'good' }
  const troubles: string[] = []
  const newId = createUuidV7(clock, systemRandom)
  const append = async (commands: readonly Command[]): Promise<readonly CommandOutcome[]> => {
    const error = new CascadeError('STORAGE_FULL', 'The disk is full.')
    if (sky.weather === 'full') return commands.map(() => ({ ok: false, error }))
    const outcomes = await store.append(commands)
    if (sky.weather === 'lost answer') throw new CascadeError('OUTCOME_UNKNOWN', 'No answer came.')
    return outcomes
  }
  const journal = new DecisionJournal({
    ...{ store: { append }, clock, random: systemRandom, newId, keepDays: () => 400 },
    onTrouble: (message) => troubles.push(message),
  })
  journal.writeAs(ADA.id)
  const gate = new GovernanceGate({
    clock,
    newId,
    journal,
    settings: () => ({ ...GATE_DEFAULTS, riskHold: 101, riskDeny: 101 }),
  })
  const book = new DecisionBook({
    records: store.records,
    findBundle: async (digest) => (digest === BUILT_IN.digest ? BUILT_IN : undefined),
  })
  const decide = <A extends Action>(action: A, fields: Partial<GateRequest<A>> = {}): Decision<A> =>
    gate.decide({ action, resource: '*', subject: ADA, correlationId: newId(), ...fields })
  const commandFor = (decision: Decision, fields: Partial<Command> = {}): Command => {
    const grant = requireGrant(decision)
    const changes = [store.records.put(grant, 'people', decision.decisionId, {})]
    return { id: commandId(), grant, changes, records: [recordOf(grant)], events: [], ...fields }
  }
  /** How often each decision is in the log. */
  const recorded = async (): Promise<Map<string, number>> => {
    const counts = new Map<string, number>()
    for (const { leaf } of await store.changesSince(-1, store.head() + 1)) {
      // The payload of these two is what the journal wrote.
      const payload = leaf.payload as { decision_id: string; decisions?: { first: string; count: number }[] }
      const ids =
        leaf.type === 'decision.made'
          ? [payload.decision_id]
          : leaf.type === 'decision.gathered'
            ? (payload.decisions ?? []).flatMap(decisionIds)
            : []
      for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return counts
  }
  return { store, time, sky, troubles, journal, gate, book, decide, commandFor, recorded, newId }
}

describe.each(['memory', 'sqlite'] as const)('with the %s store', (kind) => {
  test('a change takes its decision along, in one transaction: entry, row and change are there at once', async () => {
    await using opened = await openDisposable(kind)
    const { store, decide, commandFor, recorded, book } = opened
    const decision = decide('subject.create')
    expect([...(await recorded())]).toEqual([])
    const [outcome] = await store.append([commandFor(decision)])
    expect(outcome?.ok).toBe(true)
    expect([...(await recorded())]).toEqual([[decision.decisionId, 1]])
    expect((await book.find(decision.decisionId))?.input).toEqual(decision.input)
    const [change, made] = await store.changesSince(-1, 10)
    expect([change?.leaf.type, made?.leaf.type]).toEqual(['test.happened', 'decision.made'])
  })

  test('rows that ride with a change are written with it and with nothing else, also after the decision waited too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await using opened = await openDisposable(kind)
    const { store, time, decide, commandFor, recorded } = opened
    const row = { kind: 'record.put', collection: 'people', key: 'rides', value: {}, expectedRevision: 0 } as const
    const decision = decide('subject.create', { alongside: () => [{ ...row, expiresAt: null }] })
    time.advance(WAIT_MS + GATHER_MS)
    vi.advanceTimersByTime(GATHER_MS)
    vi.useRealTimers()
    await opened.journal.flush()
    expect((await recorded()).size).toBe(1)
    await store.append([commandFor(decision, { expected: { [ADA.id]: 7 } })])
    expect(await store.records.find('people', 'rides')).toBeUndefined()
    const [outcome] = await store.append([commandFor(decision)])
    expect([outcome?.ok, (await store.records.find('people', 'rides'))?.revision]).toEqual([true, 1])
  })

  test('a denial is durable when it is told of, and what acts outside before it does', async () => {
    await using opened = await openDisposable(kind)
    const { gate, decide, recorded } = opened
    const denied = decide('capsule.archive', { subject: NOBODY })
    const acting = decide('system.backup')
    await Promise.all([gate.settled(denied), gate.settled(acting)])
    expect([...(await recorded())].sort()).toEqual(
      [
        [denied.decisionId, 1],
        [acting.decisionId, 1],
      ].sort(),
    )
  })

  test('whatever becomes of the command, its decision is on record once', async () => {
    await using opened = await openDisposable(kind)
    const { store, gate, decide, commandFor, recorded, journal } = opened
    const first = commandFor(decide('subject.create'))
    await store.append([first])
    const fates: Readonly<Record<string, (decision: Decision) => Promise<unknown>>> = {
      refused: (decision) => store.append([commandFor(decision, { expected: { [ADA.id]: 7 } })]),
      repeated: (decision) => store.append([commandFor(decision, { id: first.id })]),
      'never sent': async () => undefined,
      'sent after the request was over': async (decision) => {
        gate.release(decision.decisionId)
        await store.append([commandFor(decision)])
      },
      'sent twice': async (decision) => {
        await store.append([commandFor(decision)])
        await store.append([commandFor(decision)])
      },
    }
    const ids: string[] = []
    for (const fate of Object.values(fates)) {
      const decision = decide('subject.create')
      ids.push(decision.decisionId)
      await fate(decision)
      gate.release(decision.decisionId)
    }
    await journal.flush()
    const counts = await recorded()
    expect(ids.map((id) => counts.get(id))).toEqual(ids.map(() => 1))
  })

  test('decisions that are gathered are found by each of their ids, and decide the same again', async () => {
    await using opened = await openDisposable(kind)
    const { decide, journal, book, time, recorded } = opened
    const decisions = Array.from({ length: 40 }, (_, at) => {
      time.advance(400)
      return decide('capsule.search', { subject: { ...ADA, id: `01900000-0000-7000-8000-0000000000a${at % 3}` } })
    })
    await journal.flush()
    expect([...(await recorded()).values()]).toEqual(decisions.map(() => 1))
    for (const { decisionId, input } of decisions) {
      const row = await book.find(decisionId)
      expect([row && decisionIds(row).includes(decisionId), row?.input]).toEqual([true, input])
      expect(row && (await book.replay(row))?.same).toBe(true)
    }
    expect(await book.find('01900000-0000-7000-8000-00000000ffff')).toBeUndefined()
    expect(await book.find('none')).toBeUndefined()
  })

  test('a row that expired is found no more', async () => {
    await using opened = await openDisposable(kind)
    const { decide, journal, book, time } = opened
    const [one, two] = [decide('capsule.search'), decide('capsule.search')]
    await journal.flush()
    time.advance(401 * 24 * 60 * 60 * 1000)
    expect([await book.find(one.decisionId), await book.find(two.decisionId)]).toEqual([undefined, undefined])
  })
})

async function openDisposable(kind: 'memory' | 'sqlite') {
  const opened = await open(kind)
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened.journal[Symbol.asyncDispose]()
      await opened.store[Symbol.asyncDispose]()
    },
  }
}

describe('what is gathered', () => {
  test('is on record within its time, without anybody’s doing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { decide, recorded, journal } = await open()
    decide('capsule.search')
    vi.advanceTimersByTime(GATHER_MS - 1)
    expect((await recorded()).size).toBe(0)
    vi.advanceTimersByTime(1)
    await journal.flush()
    expect((await recorded()).size).toBe(1)
  })

  test('is what waited too long for its change, too; a change that comes later is told of by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { decide, recorded, time, store, commandFor, journal } = await open()
    const decision = decide('subject.create')
    for (let ms = 0; ms < WAIT_MS; ms += GATHER_MS) {
      time.advance(GATHER_MS)
      vi.advanceTimersByTime(GATHER_MS)
    }
    await journal.flush()
    expect([...(await recorded())]).toEqual([[decision.decisionId, 1]])
    await store.append([commandFor(decision)])
    expect([...(await recorded())]).toEqual([[decision.decisionId, 1]])
  })

  test('stands under the oldest of equals, whichever was over first', async () => {
    const { decide, gate, journal, book, newId, time } = await open()
    const ask = () => decide('subject.create', { correlationId: newId() })
    const [first, second, third] = [ask(), ask(), ask()]
    time.advance(10)
    for (const { decisionId } of [third, first, second]) gate.release(decisionId)
    await journal.flush()
    for (const { decisionId } of [first, second, third])
      expect(decisionIds((await book.find(decisionId))!)).toContain(decisionId)
  })

  test('is found by its id after hours in which nothing could be written', async () => {
    const { decide, journal, book, sky, time, recorded } = await open()
    sky.weather = 'full'
    const decisions = Array.from({ length: 20 }, () => {
      time.advance(20 * 60_000)
      return decide('capsule.search')
    })
    await journal.flush()
    sky.weather = 'good'
    await journal.flush()
    expect([...(await recorded()).values()]).toEqual(decisions.map(() => 1))
    for (const { decisionId } of decisions) expect(decisionIds((await book.find(decisionId))!)).toContain(decisionId)
  })

  test('fits into entries of the log however much it is', async () => {
    const { decide, journal, recorded, troubles } = await open()
    const decisions = Array.from({ length: 6000 }, (_, at) =>
      decide('capsule.search', { resource: `import/${at % 90}` }),
    )
    await journal.flush()
    expect(troubles).toEqual([])
    expect((await recorded()).size).toBe(decisions.length)
  })
})

test('a burst is put on record before it keeps anybody from deciding', async () => {
  const { decide, recorded, journal } = await open()
  for (let count = 0; count < 2 * UNRECORDED_MAX; count++) {
    decide('capsule.search')
    if (count % 100 === 0) await Promise.resolve()
    if (count % 2000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await journal.flush()
  expect((await recorded()).size).toBe(2 * UNRECORDED_MAX)
})

test('what acts outside gets its grant when the decision is durable, and none where it cannot be', async () => {
  const { gate, sky, recorded, newId } = await open()
  const ask = { action: 'ledger.submit', resource: 'system/ledger', subject: ADA, correlationId: newId() } as const
  const { decisionId } = await requireSettledGrant(gate, ask)
  expect([...(await recorded())]).toEqual([[decisionId, 1]])
  sky.weather = 'full'
  await expect(requireSettledGrant(gate, ask)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
})

describe('a store that takes nothing', () => {
  test('lets nobody go on, and what was decided is on record once it is back', async () => {
    const { gate, decide, sky, journal, recorded, troubles } = await open()
    sky.weather = 'full'
    const denied = decide('capsule.archive', { subject: NOBODY })
    await expect(gate.settled(denied)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    await expect(gate.settled(denied)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    const searched = decide('capsule.search')
    await journal.flush()
    expect(troubles.length).toBeGreaterThan(0)
    sky.weather = 'good'
    await journal.flush()
    await gate.settled(denied)
    expect(Object.fromEntries(await recorded())).toEqual({ [denied.decisionId]: 1, [searched.decisionId]: 1 })
  })

  test('and then answers nothing puts nothing on record twice', async () => {
    const { decide, sky, journal, recorded } = await open()
    sky.weather = 'lost answer'
    const ids = [decide('capsule.search'), decide('capsule.archive', { subject: NOBODY })].map((one) => one.decisionId)
    await journal.flush()
    sky.weather = 'good'
    await journal.flush()
    expect(Object.fromEntries(await recorded())).toEqual(Object.fromEntries(ids.map((id) => [id, 1])))
  })

  test('stops the gate at so many decisions, but for what sees and ends an emergency', async () => {
    const { decide, sky, journal, recorded } = await open()
    sky.weather = 'full'
    for (let count = 0; count < UNRECORDED_MAX; count++) decide('import.read', { resource: `import/${count}` })
    for (const subject of [ADA, NOBODY, undefined])
      expect(() => decide('capsule.search', { subject })).toThrowError(expect.objectContaining({ code: 'UNAVAILABLE' }))
    expect(decide('emergency.raise').applied).toBe('allow')
    await journal.flush()
    expect(() => decide('capsule.search')).toThrowError(expect.objectContaining({ code: 'UNAVAILABLE' }))
    sky.weather = 'good'
    await journal.flush()
    expect((await recorded()).size).toBe(UNRECORDED_MAX)
    expect(decide('capsule.search').applied).toBe('allow')
  })

  test('closing puts everything on record', async () => {
    const { decide, journal, recorded } = await open()
    const made = [decide('capsule.search'), decide('subject.create'), decide('capsule.archive', { subject: NOBODY })]
    await journal[Symbol.asyncDispose]()
    expect(Object.fromEntries(await recorded())).toEqual(Object.fromEntries(made.map((one) => [one.decisionId, 1])))
  })
})

const anyStep = fc.record({
  kind: fc.constantFrom('read', 'change', 'act', 'denied', 'nobody', 'limited', 'evaluate'),
  fate: fc.constantFrom('written', 'refused', 'repeated', 'never sent', 'kept waiting'),
  weather: fc.oneof(
    { weight: 8, arbitrary: fc.constant('good' as const) },
    fc.constantFrom('full' as const, 'lost answer' as const),
  ),
  ms: fc.constantFrom(0, 1, 500, 40_000, -5000),
})
const STEPS = 500

test('every decision is on record exactly once, is found by its id and decides the same again', async () => {
  const runs = campaign(20, 200)
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
      const { store, sky, time, decide, commandFor, gate, journal, recorded, book } = await open()
      const ids: string[] = []
      const done = commandFor(decide('subject.create'))
      ids.push(done.grant.decisionId)
      await store.append([done])
      for (const { kind, fate, weather, ms } of steps) {
        time.advance(ms)
        sky.weather = weather
        if (kind === 'change') {
          const decision = decide('subject.create')
          ids.push(decision.decisionId)
          if (fate === 'written') await store.append([commandFor(decision)])
          if (fate === 'refused') await store.append([commandFor(decision, { expected: { [ADA.id]: 7 } })])
          if (fate === 'repeated') await store.append([commandFor(decision, { id: done.id })])
          if (fate !== 'kept waiting') gate.release(decision.decisionId)
        } else if (kind === 'evaluate')
          ids.push(
            gate.evaluate({ action: 'capsule.search', resource: '*', subject: NOBODY, correlationId: '' }).decisionId,
          )
        else {
          const action = { read: 'capsule.search', act: 'system.backup' } as const
          const fields = {
            denied: { subject: NOBODY },
            nobody: { subject: undefined },
            limited: { rateExceeded: true },
          }
          const isFree = kind === 'read' || kind === 'act'
          ids.push((isFree ? decide(action[kind]) : decide('capsule.archive', fields[kind])).decisionId)
        }
        if (ms === 500) await journal.flush()
      }
      sky.weather = 'good'
      await journal.flush()
      await journal[Symbol.asyncDispose]()
      const counts = await recorded()
      expect(ids.filter((id) => counts.get(id) !== 1)).toEqual([])
      expect(counts.size).toBe(ids.length)
      for (const id of ids.filter((_, at) => at % 25 === 0)) {
        const row: DecisionRow | undefined = await book.find(id)
        expect(row && decisionIds(row)).toContain(id)
        expect(row && (await book.replay(row))?.same).toBe(true)
      }
    }),
    { numRuns: runs },
  )
}, 120_000)
