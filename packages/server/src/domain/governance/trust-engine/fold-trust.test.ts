import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_KINDS, type Evidence, type EvidenceKind } from './evidence.ts'
import { FADE_MS, foldTrust, SERVICE_MS, standingOf, type TrustStanding } from './fold-trust.ts'

const piece = (kind: EvidenceKind, more: Partial<Evidence> = {}): Evidence => ({
  ...{ id: 'e', kind, by: 'other', isOwn: false, value: null, at: 0 },
  ...more,
})
const after = (start: number | TrustStanding, ...pieces: readonly Evidence[]) =>
  pieces.reduce(
    (standing, each) => foldTrust(standing, each).standing,
    typeof start === 'number' ? standingOf(start, 0) : start,
  )
const failure = piece('failure')

const evidence: fc.Arbitrary<Evidence> = fc.record({
  id: fc.constant('e'),
  kind: fc.constantFrom(...EVIDENCE_KINDS),
  by: fc.constant('other'),
  isOwn: fc.boolean(),
  value: fc.option(fc.integer({ min: -200, max: 200 })),
  at: fc.integer({ min: 0, max: 10 * SERVICE_MS }),
})
const score = fc.integer({ min: 1, max: 100 })

describe('whatever is said of a subject', () => {
  test('its trust stays a whole number of 0 to 100, and moves by ten points of evidence at most', () => {
    fc.assert(
      fc.property(score, fc.array(evidence), (start, pieces) => {
        let standing = standingOf(start, 0)
        for (const each of pieces) {
          const step = foldTrust(standing, each)
          expect(Number.isInteger(step.new) && step.new >= 0 && step.new <= 100).toBe(true)
          const isDecided = each.kind === 'set' || each.kind === 'released'
          const faded = Math.max(0, Math.ceil((each.at - standing.countedTo) / FADE_MS))
          if (!isDecided && step.reason !== 'three_failures_in_a_row')
            expect(Math.abs(step.new - step.old)).toBeLessThanOrEqual(10 + faded)
          standing = step.standing
        }
      }),
    )
  })

  test('nothing that it causes itself raises it above what time gives back', () => {
    fc.assert(
      fc.property(score, fc.array(evidence), (start, pieces) => {
        const own = pieces.map((each) => ({ ...each, isOwn: true, at: 0 }))
        let standing = standingOf(start, 0)
        for (const each of own) {
          const step = foldTrust(standing, each)
          expect(step.new).toBeLessThanOrEqual(step.old)
          standing = step.standing
        }
      }),
    )
  })

  test('CORE stays CORE, and what is quarantined stays so, but for what an administrator decides', () => {
    const undecided = evidence.filter(({ kind }) => kind !== 'set' && kind !== 'released')
    fc.assert(
      fc.property(fc.array(undecided), score, (pieces, start) => {
        expect(after(100, ...pieces).score).toBe(100)
        if (start < 100) expect(after(after(start, failure, failure, failure), ...pieces).score).toBe(0)
      }),
    )
  })
})

test('denials alone take no level from what was given, and each of them takes a point at most', () => {
  const levels = Object.values(TRUST_LEVELS)
  fc.assert(
    fc.property(score, fc.array(fc.boolean(), { maxLength: 200 }), (start, denials) => {
      let standing = standingOf(start, 0)
      for (const isOwn of denials) {
        const step = foldTrust(standing, piece('denial', { isOwn }))
        expect(step.new === step.old || step.new === step.old - 1).toBe(true)
        standing = step.standing
      }
      for (const level of levels.filter((level) => level <= start)) expect(standing.score).toBeGreaterThanOrEqual(level)
    }),
  )
})

describe('three failures in a row', () => {
  test('quarantine, and an administrator gives back what was before', () => {
    const quarantined = after(60, failure, failure, failure)
    expect(quarantined).toMatchObject({ score: 0, before: 54 })
    expect(after(quarantined, piece('released', { isOwn: true })).score).toBe(0)
    expect(after(quarantined, piece('released'))).toMatchObject({ score: 54, before: null, failures: 0 })
  })

  test('are broken by a success, also by an own one, which gives no point', () => {
    const two = after(60, failure, failure)
    expect(after(two, piece('success'), failure)).toMatchObject({ before: null, score: 52 })
    expect(after(two, piece('success', { isOwn: true }), failure)).toMatchObject({ before: null, score: 51 })
  })
})

test.for<{ name: string; pieces: readonly Evidence[]; score: number }>([
  { name: 'a success', pieces: [piece('success')], score: 61 },
  { name: 'a failure', pieces: [failure], score: 57 },
  { name: 'a vote for', pieces: [piece('vote', { value: 1 })], score: 62 },
  { name: 'a vote against', pieces: [piece('vote', { value: -9 })], score: 58 },
  { name: 'an incident', pieces: [piece('incident')], score: 50 },
  { name: 'a denial, its own', pieces: [piece('denial', { isOwn: true })], score: 60 },
  { name: 'a denial after a failure', pieces: [failure, piece('denial')], score: 57 },
  { name: 'a denial after a success', pieces: [piece('success'), piece('denial'), piece('denial')], score: 60 },
  { name: 'a hundred successes', pieces: Array.from({ length: 100 }, () => piece('success')), score: 80 },
  { name: 'a hundred incidents', pieces: Array.from({ length: 100 }, () => piece('incident')), score: 1 },
  { name: 'a month in service', pieces: [piece('service', { at: SERVICE_MS })], score: 61 },
  { name: 'two months claimed at once', pieces: [piece('service'), piece('service')], score: 61 },
  { name: 'service soon after a failure', pieces: [failure, piece('service', { at: SERVICE_MS - 1 })], score: 60 },
  {
    name: 'ten weeks after an incident',
    pieces: [piece('incident'), piece('denial', { at: 10 * FADE_MS })],
    score: 60,
  },
  { name: 'a score that was given', pieces: [piece('set', { value: 90 })], score: 90 },
])('after $name 60 is $score', ({ pieces, score: expected }) => {
  expect(after(60, ...pieces).score).toBe(expected)
})
