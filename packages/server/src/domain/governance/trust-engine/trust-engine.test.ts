import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Leaf } from '#ledger'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import { openWorld } from '../../capsules/use-cases/testing.ts'
import { EVIDENCE_KINDS, type Evidence, type EvidenceKind } from './evidence.ts'
import { FADE_MS, foldTrust, standingOf, type TrustStanding } from './fold-trust.ts'
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
  return { world, engine, ada, bob, record }
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

/** As somebody works it out who has the log alone. */
function recompute(leaves: readonly Leaf[], subject: string, createdAt: number): TrustStanding {
  const own = leaves.filter((leaf) => leaf.subject === `subject/${subject}`)
  const registered = own.find(({ type }) => type === 'subject.registered')
  const given = standingOf(Number(registered?.payload.trust), createdAt)
  return own
    .filter(({ type }) => type === 'subject.trust_changed')
    .reduce((standing, { payload }) => {
      // The schema of the kind says what evidence holds.
      const { own: isOwn, at, ...told } = payload.evidence as Evidence & { own: boolean; at: string }
      return foldTrust(standing, { ...told, isOwn, at: Date.parse(at as unknown as string) }).standing
    }, given)
}

test('what the log tells comes to what is stored, whatever happened', async () => {
  const pieces = fc.array(
    fc.record({
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      value: fc.integer({ min: -1, max: 100 }),
      isOwn: fc.boolean(),
      wait: fc.integer({ min: 0, max: 3 * FADE_MS }),
    }),
    { maxLength: 15 },
  )
  await fc.assert(
    fc.asyncProperty(pieces, async (all) => {
      const { world, ada, record } = await openEngine()
      for (const { kind, value, isOwn, wait } of all) {
        world.time.advance(wait)
        await record(kind, { value, by: isOwn ? { ...ada, roles: ['administrator'] } : world.administrator })
      }
      const { store, subjects } = world.context
      const stored = await store.records.find<StandingRow>('trust_standings', ada.id)
      const leaves = (await store.changesSince(-1, 1000)).map(({ leaf }) => leaf)
      const recomputed = recompute(leaves, ada.id, ada.createdAt)
      const { count, ...standing } = stored?.value ?? { ...standingOf(60, ada.createdAt), count: 0 }
      expect(recomputed).toEqual(standing)
      expect([count, (await subjects.find(ada.id))?.trust]).toEqual([all.length, recomputed.score])
    }),
    { numRuns: 30 },
  )
})
