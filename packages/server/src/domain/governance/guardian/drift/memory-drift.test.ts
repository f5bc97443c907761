import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readProviders } from '../providers.ts'
import { RISK_SIGNALS, riskOf } from '../risk.ts'
import { cosineDistance, divergence, ENOUGH_WRITES } from './drift-stream.ts'
import { DRIFT_FRESH_MS, DRIFT_SUBJECTS_MAX, MemoryDrift, WHOLE_SHARE } from './memory-drift.ts'
import { vectorsOf } from './testing.ts'

const MODEL = 'drawn'
const WEIGHTS = Object.fromEntries(RISK_SIGNALS.map((name) => [name, 0.4])) as Parameters<typeof riskOf>[1] // every signal has one

/** Ada and Bob write about a few topics by turns, until much more than enough is known. */
function openUsual(writes = 4 * ENOUGH_WRITES) {
  const drift = new MemoryDrift()
  const draw = vectorsOf(7)
  const write = (subject: string, topics: readonly number[], count: number) => {
    for (let each = 0; each < count; each++) drift.add({ subject, model: MODEL, vector: draw(topics) })
  }
  for (let each = 0; each < writes; each++) {
    write('ada', USUAL, 1)
    write('bob', USUAL, 1)
  }
  return { drift, write, draw }
}
const USUAL = [0, 1, 2, 3, 4, 5]
const ODD = [20]

describe('the drift of who writes', () => {
  test('is none before enough was written, however odd it is', () => {
    const { drift, write } = openUsual(0)
    write('ada', USUAL, ENOUGH_WRITES / 2)
    write('ada', ODD, ENOUGH_WRITES / 2 - 1)
    expect([drift.scoreOf('ada'), drift.scoreOf('stranger'), drift.whole]).toEqual([0, 0, 0])
  })

  test('is little while they write as usual, and high soon after they write of something else', () => {
    const { drift, write } = openUsual()
    expect(drift.scoreOf('ada')).toBeLessThan(15)
    write('ada', ODD, 30)
    expect(drift.scoreOf('ada')).toBeGreaterThan(70)
  })

  test('fades when they write as usual again', () => {
    const { drift, write } = openUsual()
    write('ada', ODD, 30)
    write('ada', USUAL, 150)
    expect(drift.scoreOf('ada')).toBeLessThan(15)
  })

  test('becomes the usual when they stay with it', () => {
    const { drift, write } = openUsual()
    write('ada', ODD, 6000)
    expect(drift.scoreOf('ada')).toBeLessThan(15)
  })
})

test('a flood of odd writes raises the drift of others by no more than their part of the whole', () => {
  const { drift, write } = openUsual()
  write('mallory', ODD, 400)
  expect(drift.whole).toBeGreaterThan(0.5)
  for (const other of ['ada', 'bob', 'newcomer']) expect(drift.scoreOf(other)).toBeLessThanOrEqual(100 * WHOLE_SHARE)
})

test('a flood keeps nobody else from an action of the highest risk that they could do before', () => {
  const worst = [{ name: 'drift_score', value: 100 * WHOLE_SHARE }] as const
  const usual = [
    { name: 'action', value: 70 },
    { name: 'actor_trust', value: 20 },
  ] as const
  expect(riskOf([...usual, ...worst], { ...WEIGHTS, action: 1 }).risk).toBeLessThan(85)
})

test('another embedding model begins anew, and who is erased is forgotten', () => {
  const { drift, write, draw } = openUsual()
  write('ada', ODD, 30)
  drift.forget('ada')
  expect(drift.scoreOf('ada')).toBeLessThanOrEqual(100 * WHOLE_SHARE)
  drift.add({ subject: 'bob', model: 'another', vector: draw(USUAL) })
  expect([drift.whole, drift.scoreOf('bob')]).toEqual([0, 0])
})

test('it follows so many writers, and forgets who was quiet for longest', () => {
  const { drift, write } = openUsual()
  write('ada', ODD, 30)
  const high = drift.scoreOf('ada')
  for (let each = 0; each < DRIFT_SUBJECTS_MAX; each++) write(`s${each}`, USUAL, 1)
  expect(drift.scoreOf('ada')).toBeLessThan(high)
})

test('who wrote nothing adds no risk; measuring that fails for long counts as the worst', () => {
  const drift = new MemoryDrift()
  const question = { subject: 'ada', action: 'capsule.create', resource: '*' } as const
  const read = (now: number) => readProviders([drift.provider(() => now)], question, () => now)[0]?.value
  expect(read(5_000_000)).toBe(0)
  drift.tellFailing(1000)
  expect([read(1000 + DRIFT_FRESH_MS), read(1001 + DRIFT_FRESH_MS)]).toEqual([0, null])
  drift.tellFailing(undefined)
  expect(read(5_000_000)).toBe(0)
})

test('a score is an integer of 0 to 100, whatever the vectors are', () => {
  const number = fc.oneof(fc.float({ noDefaultInfinity: true }), fc.constantFrom(0, -0, Number.NaN, 3e38))
  fc.assert(
    fc.property(
      fc.array(fc.array(number, { minLength: 4, maxLength: 4 }), { minLength: 150, maxLength: 200 }),
      (rows) => {
        const drift = new MemoryDrift()
        for (const row of rows) drift.add({ subject: 'ada', model: MODEL, vector: Float32Array.from(row) })
        const score = drift.scoreOf('ada')
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true)
      },
    ),
    { numRuns: 20 },
  )
})

test('distance and divergence are 0 of the same, and the divergence is symmetric and at most one bit', () => {
  const part = fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }).filter((all) => all.some((one) => one > 0))
  const shares = (all: readonly number[]) => Float64Array.from(all, (one) => one / all.reduce((a, b) => a + b, 0))
  fc.assert(
    fc.property(part, part, (a, b) => {
      const [p, q] = [shares(a), shares(b)]
      expect(divergence(p, p)).toBeCloseTo(0)
      expect(divergence(p, q)).toBeCloseTo(divergence(q, p))
      expect(divergence(p, q)).toBeLessThanOrEqual(1)
    }),
  )
  expect(cosineDistance(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(0)
  expect(cosineDistance(Float32Array.of(0, 0), Float32Array.of(2, 4))).toBe(0)
})
