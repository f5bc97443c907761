import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALONE_WAIT_MS, CALM, type EmergencyState, LIFT_MS, lift, raise } from './emergency-state.ts'

const [ADA, BOB, EVE] = ['ada', 'bob', 'eve']
const BOTH = new Set([ADA, BOB])
const raised = raise(CALM, { by: EVE, reason: 'r', cause: 'call', now: 0 }) ?? CALM

const asked = (by: string, now: number, lifters: ReadonlySet<string> = BOTH): EmergencyState => {
  const outcome = lift(raised, { by, now, lifters, isLocal: true })
  return 'state' in outcome ? outcome.state : raised
}

describe('an emergency is not lifted', () => {
  test.for([
    { name: 'where none is on', state: CALM, by: ADA, now: 1, lifters: BOTH, why: 'calm' },
    { name: 'by who may not', state: asked(ADA, 0), by: EVE, now: 1, lifters: BOTH, why: 'not_entitled' },
    {
      name: 'by one person twice',
      state: asked(ADA, 0),
      by: ADA,
      now: ALONE_WAIT_MS,
      lifters: BOTH,
      why: 'same_person',
    },
    {
      name: 'by the only one too early',
      state: asked(ADA, 0),
      by: ADA,
      now: ALONE_WAIT_MS - 1,
      lifters: new Set([ADA]),
      why: 'too_early',
    },
    { name: 'while nobody can', state: raised, by: ADA, now: 1, lifters: new Set<string>(), why: 'not_entitled' },
  ])('$name', ({ state, why, ...call }) => {
    expect(lift(state, { ...call, isLocal: true })).toMatchObject({ kind: 'refused', why })
  })

  test('by the only one from elsewhere, be it the first call or the second', () => {
    const lifters = new Set([ADA])
    for (const state of [raised, asked(ADA, 0, lifters)])
      expect(lift(state, { by: ADA, now: ALONE_WAIT_MS, lifters, isLocal: false })).toMatchObject({ why: 'not_local' })
  })

  test('by a second person when the first has waited an hour, or may lift it no more', () => {
    const late = lift(asked(ADA, 0), { by: BOB, now: LIFT_MS, lifters: BOTH, isLocal: false })
    expect(late).toMatchObject({ kind: 'asked', state: { active: true, lifts: [{ by: BOB, at: LIFT_MS }] } })
    const lifters = new Set([BOB, EVE])
    expect(lift(asked(ADA, 0), { by: BOB, now: 1, lifters, isLocal: false })).toMatchObject({ kind: 'asked' })
  })
})

test('two people lift it from anywhere, and the only one after a wait, which is told', () => {
  const second = lift(asked(ADA, 0), { by: BOB, now: LIFT_MS - 1, lifters: BOTH, isLocal: false })
  expect(second).toMatchObject({
    kind: 'lifted',
    first: { by: ADA, at: 0 },
    alone: false,
    state: { active: false, lifts: [] },
  })
  const lifters = new Set([ADA])
  const alone = lift(asked(ADA, 0, lifters), { by: ADA, now: ALONE_WAIT_MS, lifters, isLocal: true })
  expect(alone).toMatchObject({ kind: 'lifted', alone: true })
})

test('turned on again it keeps its beginning and takes back what was asked', () => {
  const again = { by: BOB, reason: 'other', cause: 'call', now: 9 } as const
  expect(raise(asked(ADA, 0), again)).toEqual(raised)
  expect(raise(raised, again)).toBeUndefined()
})

test('whatever is called in whatever order: it is lifted by two that are entitled, or by the only one on the machine', () => {
  const step = fc.record({
    by: fc.constantFrom(ADA, BOB, EVE),
    wait: fc.integer({ min: 0, max: 2 * LIFT_MS }),
    lifters: fc.uniqueArray(fc.constantFrom(ADA, BOB, EVE)),
    isLocal: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let [state, now] = [raised, 0]
      for (const { by, wait, lifters, isLocal } of steps) {
        now += wait
        const outcome = lift(state, { by, now, lifters: new Set(lifters), isLocal })
        if (outcome.kind === 'refused') continue
        state = outcome.state
        expect(lifters).toContain(by)
        if (outcome.kind === 'asked') continue
        expect(lifters).toContain(outcome.first.by)
        expect(now - outcome.first.at).toBeLessThan(LIFT_MS)
        expect(outcome.alone).toBe(outcome.first.by === by)
        if (outcome.alone)
          expect([isLocal, lifters.length, now - outcome.first.at >= ALONE_WAIT_MS]).toEqual([true, 1, true])
        return
      }
      expect(state.active).toBe(true)
    }),
  )
})
