import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import type { Command, CommandOutcome } from '#store'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { campaign, createTestClock } from '../../platform/store/testing.ts'
import { DecisionJournal } from './decision-journal.ts'
import { findOutcome, listOpen, OUTCOME_COLLECTION, UNPAIRED_MS } from './decision-outcomes.ts'
import { DECISION_COLLECTION } from './decision-row.ts'
import { GATE_DEFAULTS, GovernanceGate, requireGrant } from './governance-gate.ts'

const ADA: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000a1', kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}

type Weather = 'good' | 'full' | 'lost answer'

/** A store that outlives processes, each with a journal of its own. */
function open() {
  const time = createTestClock()
  const { clock } = time
  const store = openMemoryStore({ collections: [DECISION_COLLECTION, OUTCOME_COLLECTION], clock })
  const newId = createUuidV7(clock, systemRandom)
  const sky: { weather: Weather } = { weather: 'good' }
  const life = () => {
    const fate = { isOver: false }
    const append = async (commands: readonly Command[]): Promise<readonly CommandOutcome[]> => {
      // What a process that was killed still wanted to write is written by nobody.
      if (fate.isOver) return new Promise<never>(() => undefined)
      const error = new CascadeError('STORAGE_FULL', 'The disk is full.')
      if (sky.weather === 'full') return commands.map(() => ({ ok: false, error }))
      const outcomes = await store.append(commands)
      if (sky.weather === 'lost answer') throw new CascadeError('OUTCOME_UNKNOWN', 'No answer came.')
      return outcomes
    }
    const journal = new DecisionJournal({
      ...{ store: { append }, clock, random: systemRandom, newId, keepDays: () => 400, onTrouble: () => undefined },
    })
    journal.writeAs(ADA.id)
    const gate = new GovernanceGate({ clock, newId, journal, settings: () => ({ ...GATE_DEFAULTS, riskHold: 101 }) })
    const backup = () =>
      requireGrant(gate.decide({ action: 'system.backup', resource: '*', subject: ADA, correlationId: newId() }))
    const sweep = () => journal.outcomes.sweep(store.records, ADA.id)
    return { journal, gate, backup, sweep, kill: () => (fate.isOver = true) }
  }
  /** The outcomes of each decision in the log. */
  const told = async () => {
    const found = new Map<string, unknown[]>()
    for (const { leaf } of await store.changesSince(-1, store.head() + 1)) {
      const id = String(leaf.payload.decision_id)
      if (leaf.type === 'decision.made') found.set(id, found.get(id) ?? [])
      if (leaf.type === 'decision.ended') found.set(id, [...(found.get(id) ?? []), leaf.payload.outcome])
    }
    return found
  }
  return { time, store, sky, life, told }
}

test('what acts outside the store is an intent before and has one outcome after: done, or failed with the code', async () => {
  const { store, life, told } = open()
  const { gate, backup } = life()
  const [good, bad] = [backup(), backup()]
  const seen = await gate.carryOut(good, async () => (await findOutcome(store.records, good.decisionId))?.state)
  expect(seen).toBe('open')
  const full = new CascadeError('STORAGE_FULL', 'The disk is full.')
  await expect(gate.carryOut(bad, () => Promise.reject(full))).rejects.toBe(full)
  expect([...(await told())]).toEqual([
    [good.decisionId, ['done']],
    [bad.decisionId, ['failed']],
  ])
  expect(await findOutcome(store.records, bad.decisionId)).toMatchObject({ state: 'failed', code: 'STORAGE_FULL' })
})

test('nothing begins where its decision cannot be put on record', async () => {
  const { sky, life } = open()
  const { gate, backup } = life()
  sky.weather = 'full'
  let begun = false
  const work = () => {
    begun = true
  }
  await expect(gate.carryOut(backup(), work)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  expect(begun).toBe(false)
})

test('what goes on after its answer has its outcome when it ends', async () => {
  const { life, told } = open()
  const { gate, backup, journal } = life()
  const grant = backup()
  const end = await gate.carryOut(grant, (later) => later())
  expect((await told()).get(grant.decisionId)).toEqual([])
  end(new CascadeError('OUTCOME_UNKNOWN', 'The client was gone.'))
  end()
  await journal.flush()
  expect((await told()).get(grant.decisionId)).toEqual(['unknown'])
})

test('what was allowed and not begun has failed, at once where its request is over and after a while where nobody says so', async () => {
  const { life, told, time, store } = open()
  const { gate, backup, journal, sweep } = life()
  const [over, left] = [backup(), backup()]
  await Promise.all([gate.settled(over), gate.settled(left)])
  gate.release(over.decisionId)
  await journal.flush()
  await sweep()
  expect((await told()).get(left.decisionId)).toEqual([])
  time.advance(UNPAIRED_MS)
  await sweep()
  expect([...(await told()).values()]).toEqual([['failed'], ['failed']])
  expect(await findOutcome(store.records, left.decisionId)).toMatchObject({ code: 'NOT_BEGUN' })
})

test('a sweep leaves alone what is under way here, and tells that nobody knows of what another process left', async () => {
  const { life, told, store, time } = open()
  const first = life()
  const left = first.backup()
  void first.gate.carryOut(left, () => new Promise(() => undefined))
  await first.gate.settled(left)
  first.kill()
  const second = life()
  const own = second.backup()
  const { promise, resolve } = Promise.withResolvers<void>()
  const working = second.gate.carryOut(own, () => promise)
  await second.gate.settled(own)
  time.advance(10 * UNPAIRED_MS)
  expect(await second.sweep()).toBe(1)
  expect(await second.sweep()).toBe(0)
  expect((await listOpen(store.records)).map(({ id }) => id)).toEqual([own.decisionId])
  resolve()
  await working
  expect(Object.fromEntries(await told())).toEqual({ [left.decisionId]: ['unknown'], [own.decisionId]: ['done'] })
})

const anyStep = fc.record({
  kind: fc.constantFrom('done', 'failed', 'hangs', 'not begun', 'released', 'sweep', 'flush', 'kill', 'wait'),
  weather: fc.oneof(
    { weight: 6, arbitrary: fc.constant('good' as const) },
    fc.constantFrom('full' as const, 'lost answer' as const),
  ),
})
const STEPS = 500

test('every intent gets exactly one outcome, and the true one where anybody knows it, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
      const { store, sky, time, life, told } = open()
      let process = life()
      /** What may be told of each decision that began. */
      const truth = new Map<string, 'done' | 'failed'>()
      for (const { kind, weather } of steps) {
        sky.weather = weather
        const { gate, backup } = process
        if (kind === 'kill') {
          process.kill()
          process = life()
        } else if (kind === 'sweep') await process.sweep()
        else if (kind === 'flush') await process.journal.flush()
        else if (kind === 'wait') time.advance(UNPAIRED_MS)
        else {
          const grant = backup()
          if (kind === 'not begun') continue
          if (kind === 'released') gate.release(grant.decisionId)
          else if (kind === 'hangs')
            void gate.carryOut(grant, () => new Promise(() => undefined)).catch(() => undefined)
          else {
            const work = () => {
              truth.set(grant.decisionId, kind)
              if (kind === 'failed') throw new CascadeError('CONFLICT', 'It failed.')
            }
            await Promise.allSettled([gate.carryOut(grant, work)])
          }
        }
      }
      sky.weather = 'good'
      await process.journal.flush()
      process.kill()
      await life().sweep()
      const found = await told()
      expect([...found.values()].filter((outcomes) => outcomes.length !== 1)).toEqual([])
      for (const [id, outcome] of truth) expect([outcome, 'unknown']).toContain(found.get(id)?.[0])
      expect(await listOpen(store.records)).toEqual([])
    }),
    { numRuns: campaign(20, 200) },
  )
}, 120_000)
