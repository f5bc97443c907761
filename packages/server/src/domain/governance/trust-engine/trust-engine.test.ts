import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import { commandId, recordOf } from '../../../platform/store/testing.ts'
import { openWorld } from '../../capsules/use-cases/testing.ts'
import { EVIDENCE_KINDS, type EvidenceKind } from './evidence.ts'
import { FADE_MS, standingOf } from './fold-trust.ts'
import { recomputeTrust } from './recompute-trust.ts'
import { TRUST_HISTORY_MAX, TrustEngine } from './trust-engine.ts'
import type { StandingRow } from './trust-rows.ts'

async function openEngine() {
  const world = await openWorld(({ collections, clock }) => {
    const matcher = createStaticSoftMatcher(sharedStaticTable())
    return openMemoryStore({ collections, clock, matcher })
  })
  const { store, subjects, clock, newId } = world.context
  const engine = new TrustEngine({ store, clock, newId, forget: (id) => subjects.forget(id) })
  const { grantSubject } = world.call('capsule.create')
  const ada = await subjects.resolveOrRegister('ada', grantSubject)
  const bob = await subjects.resolveOrRegister('bob', grantSubject)
  const record = (kind: EvidenceKind, more: Partial<Parameters<TrustEngine['record']>[1]> = {}) =>
    engine.record(world.call('trust.change'), { subject: ada.id, kind, by: world.administrator, ...more })
  /** As a request does that changes a subject; answers with how many pieces of evidence that was. */
  const give = async (trust: number) => {
    const { trust: before } = (await subjects.get(ada.id)).subject
    const call = world.call('subject.update')
    await subjects.change(
      call,
      ada.id,
      { trust },
      () => true,
      (was) => engine.given(call.grant, world.administrator, was, trust),
    )
    return before === trust ? 0 : 1
  }
  return { world, engine, ada, bob, record, give }
}

describe('evidence is refused', () => {
  test('about nobody, and where an administrator decides from anybody else', async () => {
    const { record, bob } = await openEngine()
    await expect(record('success', { subject: '01900000-0000-7000-8000-00000000ffff' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    for (const kind of ['set', 'released'] as const)
      await expect(record(kind, { by: bob, value: 90 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

test('trust that was changed counts at once, and every point of it is told', async () => {
  const { world, engine, ada, record } = await openEngine()
  await record('success', { note: 'a good import' })
  for (let failure = 0; failure < 3; failure++) await record('failure')
  expect((await world.context.subjects.find(ada.id))?.trust).toBe(0)
  expect(await engine.explain(ada.id)).toMatchObject({
    isQuarantined: true,
    failures: 3,
    history: [
      { old: 55, new: 0, reason: 'three_failures_in_a_row' },
      { old: 58, new: 55, reason: 'failure' },
      { old: 61, new: 58, reason: 'failure' },
      { old: 60, new: 61, reason: 'success', note: 'a good import' },
    ],
  })
  await record('released')
  expect((await world.context.subjects.find(ada.id))?.trust).toBe(55)
})

test('what a subject, its agent or the person behind it causes never raises it', async () => {
  const { ada, bob, record } = await openEngine()
  const agent = { id: bob.id, roles: bob.roles, owner: ada.id }
  expect(await record('success', { by: ada })).toMatchObject({ new: 60, reason: 'own_evidence_never_raises' })
  expect(await record('vote', { by: agent, value: 1 })).toMatchObject({ new: 60, reason: 'own_evidence_never_raises' })
  expect(await record('vote', { by: bob, value: 1 })).toMatchObject({ new: 62 })
})

test('pieces that come at once are kept one after the other', async () => {
  const { engine, ada, record } = await openEngine()
  await Promise.all(Array.from({ length: 10 }, () => record('success')))
  const history = (await engine.explain(ada.id))?.history ?? []
  expect(history.map((row) => row.new)).toEqual([70, 69, 68, 67, 66, 65, 64, 63, 62, 61])
})

test('an explanation tells the newest, of one subject alone', async () => {
  const { engine, ada, bob, record } = await openEngine()
  for (let count = 0; count <= TRUST_HISTORY_MAX; count++) await record('denial', { subject: bob.id })
  await record('success')
  expect((await engine.explain(bob.id))?.history).toHaveLength(TRUST_HISTORY_MAX)
  expect((await engine.explain(ada.id))?.history).toHaveLength(1)
  expect(await engine.explain('01900000-0000-7000-8000-00000000ffff')).toBeUndefined()
})

test('trust that is given with other changes of a subject is evidence too, and lifts a quarantine', async () => {
  const { engine, ada, record, give } = await openEngine()
  for (let failure = 0; failure < 3; failure++) await record('failure')
  await give(70)
  expect(await engine.explain(ada.id)).toMatchObject({
    ...{ subject: { trust: 70 }, isQuarantined: false, failures: 0, recomputed: 70 },
    history: [{ kind: 'set', old: 0, new: 70 }, {}, {}, {}],
  })
})

test('trust that somebody changed beside the log is told as not what the log comes to', async () => {
  const { world, engine, ada, record } = await openEngine()
  await record('success')
  const { store, subjects } = world.context
  const { subject } = await subjects.get(ada.id)
  const grant = world.call('trust.change').grant
  const put = store.records.put(grant, 'subjects', ada.id, { ...subject, trust: 99 })
  await store.append([{ id: commandId(), grant, changes: [put], records: [recordOf(grant)], events: [] }])
  expect(await engine.explain(ada.id)).toMatchObject({ subject: { trust: 99 }, recomputed: 61 })
})

test('what the log tells comes to what is stored, whatever happened', async () => {
  const pieces = fc.array(
    fc.record({
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      value: fc.integer({ min: -1, max: 100 }),
      isOwn: fc.boolean(),
      wait: fc.integer({ min: 0, max: 3 * FADE_MS }),
      /** Trust is given with other changes of a subject, or by evidence. */
      isGiven: fc.boolean(),
    }),
    { maxLength: 15 },
  )
  await fc.assert(
    fc.asyncProperty(pieces, async (all) => {
      const { world, engine, ada, record, give } = await openEngine()
      let pieceCount = 0
      for (const { kind, value, isOwn, wait, isGiven } of all) {
        world.time.advance(wait)
        if (isGiven && kind === 'set') {
          pieceCount += await give(Math.max(0, value))
          continue
        }
        pieceCount++
        await record(kind, { value, by: isOwn ? { ...ada, roles: ['administrator'] } : world.administrator })
      }
      const { store, subjects } = world.context
      const stored = await store.records.find<StandingRow>('trust_standings', ada.id)
      const leaves = (await store.changesSince(-1, 1000)).map(({ leaf }) => leaf)
      const own = leaves.filter((leaf) => leaf.subject === `subject/${ada.id}`)
      const recomputed = recomputeTrust(own, ada.createdAt)
      const { count, ...standing } = stored?.value ?? { ...standingOf(60, ada.createdAt), count: 0 }
      expect(recomputed).toEqual(standing)
      expect([count, (await subjects.find(ada.id))?.trust]).toEqual([pieceCount, recomputed?.score])
      expect((await engine.explain(ada.id))?.recomputed).toBe(recomputed?.score)
    }),
    { numRuns: 30 },
  )
})
