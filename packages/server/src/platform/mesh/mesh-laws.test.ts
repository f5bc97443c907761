import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, grantOf, recordOf } from '../store/testing.ts'
import type { EventConsumer } from './inbox.ts'
import { DeliveryFailure } from './mesh-sink.ts'
import { openMesh, routeOf } from './testing.ts'

/** One step of a run: events come, the sink gets worse or better, time passes, the process ends. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('emit' as const),
    subjects: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('run' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ kind: fc.constant('restart' as const), crash: fc.boolean() }),
)

describe('whatever fails, and whenever the process ends', () => {
  test('each event is delivered or a dead letter, in the order of its subject', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.infiniteStream(fc.nat(9)), async (steps, luck) => {
        await using mesh = await openMesh([routeOf({ retry: { attempts: 3, firstMs: 100 } })])
        mesh.behave(() => {
          const draw = luck.next().value
          if (draw === 0) throw new DeliveryFailure('permanent', 'never')
          if (draw === 1) throw new DeliveryFailure('slow down', 'later', { retryAfterMs: 500 })
          if (draw < 5) throw new Error('away')
        })
        const subjects = new Map<string, string>()
        for (const one of steps) {
          if (one.kind === 'run') await mesh.run(one.ms)
          else if (one.kind === 'restart') await mesh.restart(one)
          else {
            const ids = await mesh.emit(one.subjects.map((subject) => ({ subject: `test/${subject}` })))
            for (const [index, id] of ids.entries()) subjects.set(id, `test/${one.subjects[index]}`)
          }
        }
        mesh.behave(() => undefined)
        for (let look = 0; look < 8; look++) await mesh.run(3000)
        const { items } = await mesh.mesh.letters.list({ limit: 1000 })
        const dead = new Set(items.map(({ value }) => value.event.id))
        const first = new Map<string, number>()
        for (const [at, { id }] of mesh.delivered.entries()) if (!first.has(id)) first.set(id, at)
        expect([...subjects.keys()].filter((id) => !dead.has(id) && !first.has(id))).toEqual([])
        for (const subject of new Set(subjects.values())) {
          const told = [...subjects].filter(([id, of]) => of === subject && !dead.has(id)).map(([id]) => first.get(id))
          expect(told).toEqual(told.toSorted((a, b) => (a ?? 0) - (b ?? 0)))
        }
        expect(mesh.mesh.status()[0]).toMatchObject({ unsettled: 0, lag: 0 })
      }),
      { numRuns: campaign(60, 2000) },
    )
  })

  test('a consumer inside the instance does each event once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.infiniteStream(fc.nat(3)), async (steps, luck) => {
        const consumer: EventConsumer = {
          name: 'counter',
          match: ['cascade.test.*'],
          grant: () => grantOf('system.maintain'),
          consume: async ({ id }, grant) => {
            if (luck.next().value === 0) throw new Error('away')
            return { changes: [], records: [recordOf(grant, { subject: `test/${id}` })], events: [] }
          },
        }
        await using mesh = await openMesh([], { consumers: [consumer] })
        const ids: string[] = []
        for (const one of steps) {
          if (one.kind === 'run') await mesh.run(one.ms)
          else if (one.kind === 'restart') await mesh.restart(one)
          else ids.push(...(await mesh.emit(one.subjects.map((subject) => ({ subject: `test/${subject}` })))))
        }
        for (let look = 0; look < 60; look++) await mesh.run(20_000)
        const entries = await mesh.store.changesSince(-1, 1000)
        const effects = entries.filter(({ leaf }) => leaf.type === 'test.happened' && leaf.subject !== 'test/1')
        const { items } = await mesh.mesh.letters.list({ limit: 1000 })
        const dead = items.map(({ value }) => value.event.id)
        const done = effects.map(({ leaf }) => leaf.subject.slice('test/'.length))
        expect([...done, ...dead].toSorted()).toEqual(ids.toSorted())
      }),
      { numRuns: campaign(30, 1000) },
    )
  })
})

describe('a poisoned subject', () => {
  test('holds back no other, however much comes behind it, until the window is full', async () => {
    await using mesh = await openMesh([routeOf({ retry: { attempts: 50, firstMs: 60_000, lastMs: 60_000 } })])
    mesh.behave(({ event }) => {
      if (event.subject === 'test/poison') throw new Error('no')
    })
    await mesh.emit([{ subject: 'test/poison' }])
    await mesh.emit(Array.from({ length: 3000 }, (_, index) => ({ subject: `test/${index}` })))
    await mesh.run()
    const { unsettled, retrying } = mesh.mesh.status()[0]!
    expect(mesh.delivered.length).toBeGreaterThanOrEqual(999)
    expect(mesh.delivered.length).toBeLessThan(2000)
    expect({ unsettled, retrying }).toEqual({ unsettled: 1, retrying: 1 })
    mesh.behave(() => undefined)
    await mesh.run(120_000)
    expect(mesh.delivered).toHaveLength(3001)
  })
})

test('routes that change under load lose nothing: what stays goes on, what is new begins at its place', async () => {
  await using mesh = await openMesh([routeOf({ name: 'stays' }), routeOf({ name: 'changes' })])
  const ids: string[] = []
  for (let turn = 0; turn < 20; turn++) {
    ids.push(...(await mesh.emit(Array.from({ length: 20 }, (_, index) => ({ subject: `test/${index}` })))))
    mesh.mesh.tick(new AbortController().signal)
    const changed = routeOf({ name: 'changes', retry: { attempts: turn + 1 } })
    await mesh.apply(turn % 3 === 0 ? [routeOf({ name: 'stays' }), changed] : [changed, routeOf({ name: 'stays' })])
  }
  for (let look = 0; look < 3; look++) await mesh.run(2000)
  const counts = new Map(ids.map((id) => [id, mesh.delivered.filter((event) => event.id === id).length]))
  expect([...counts.values()].every((count) => count >= 2)).toBe(true)
})
