import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { Evidence, EvidenceKind } from './evidence.ts'

/** What the trust of a subject follows from: all that a fold over its evidence remembers. */
export interface TrustStanding {
  /** 0-100. */
  readonly score: number
  /** The score that was given, to which it returns where nothing speaks for or against it. */
  readonly given: number
  /** Failures since the last success. */
  readonly failures: number
  /** The score before the quarantine; null where there is none. */
  readonly before: number | null
  /** Milliseconds since 1970 up to which time has been counted. */
  readonly countedTo: number
  /** Of the last failure, incident or denial, and of the last service; null before the first. */
  readonly lastBad: number | null
  readonly lastService: number | null
}

/** Why a step came out as it did, in one word. */
export type StepReason =
  | EvidenceKind
  | 'core_is_immune'
  | 'own_evidence_never_raises'
  | 'quarantined'
  | 'three_failures_in_a_row'
  | 'evidence_raises_to_80_at_most'
  | 'too_early'

export interface TrustStep {
  readonly old: number
  readonly new: number
  readonly reason: StepReason
  readonly standing: TrustStanding
}

/** Points of one piece of evidence. Good evidence is worth less than bad: trust is lost faster than it is won. */
const POINTS = { success: 1, failure: -3, incident: -10, denial: -1, service: 1 } as const
const VOTE_POINTS = 2
/** Evidence alone raises to this; more is given by people. */
const CEILING = TRUST_LEVELS.TRUSTED
/** Least that evidence but failures in a row leaves: nothing above quarantine is quarantine. */
const FLOOR = 1
const FAILURES_IN_A_ROW = 3
const DAY_MS = 86_400_000
/** A point towards the given score for so long, whatever else happens. */
export const FADE_MS = 7 * DAY_MS
/** Time in service without a failure, an incident or a denial that speaks for a subject. */
export const SERVICE_MS = 30 * DAY_MS

/** The standing of a subject of which nothing is known but the score it was given. */
export const standingOf = (score: number, at: number): TrustStanding => ({
  ...{ score, given: score, failures: 0, before: null },
  ...{ countedTo: at, lastBad: null, lastService: null },
})

/**
 * The standing after one more piece of evidence. Pure: the same evidence in the same order always comes to the same.
 * What is CORE changes by people alone; what is quarantined leaves it by people alone.
 */
export function foldTrust(before: TrustStanding, evidence: Evidence): TrustStep {
  const { kind, isOwn } = evidence
  const old = before.score
  const step = (standing: TrustStanding, reason: StepReason = kind): TrustStep => ({
    ...{ old, new: standing.score, reason, standing },
  })
  if (kind === 'set' || kind === 'released') return step(...decided(before, evidence))
  if (old === TRUST_LEVELS.CORE) return step(before, 'core_is_immune')
  if (before.before !== null) return step(before, 'quarantined')
  const faded = noted(fade(before, evidence.at), evidence)
  const points = pointsOf(evidence)
  if (points > 0 && isOwn) return step(faded, 'own_evidence_never_raises')
  if (kind === 'service' && !isServiceDue(before, evidence.at)) return step(faded, 'too_early')
  if (faded.failures >= FAILURES_IN_A_ROW)
    return step({ ...faded, score: TRUST_LEVELS.QUARANTINE, before: faded.score }, 'three_failures_in_a_row')
  const service = kind === 'service' ? { lastService: evidence.at } : {}
  if (points > 0 && faded.score >= CEILING) return step({ ...faded, ...service }, 'evidence_raises_to_80_at_most')
  const least = kind === 'denial' ? Math.min(faded.score, levelOf(faded.given)) : FLOOR
  const score = Math.max(least, FLOOR, points > 0 ? Math.min(CEILING, faded.score + points) : faded.score + points)
  return step({ ...faded, ...service, score })
}

/** What an administrator decides about a subject. */
function decided(before: TrustStanding, { kind, isOwn, value, at }: Evidence): [TrustStanding, StepReason] {
  if (kind === 'released') {
    if (before.before === null) return [before, 'released']
    if (isOwn) return [before, 'own_evidence_never_raises']
    return [
      { ...before, score: before.before, before: null, failures: 0, countedTo: Math.max(at, before.countedTo) },
      'released',
    ]
  }
  const score = Math.min(TRUST_LEVELS.CORE, Math.max(0, Math.trunc(value ?? before.score)))
  if (isOwn && score > before.score) return [before, 'own_evidence_never_raises']
  return [
    { ...before, ...standingOf(score, Math.max(at, before.countedTo)), before: score === 0 ? before.score : null },
    'set',
  ]
}

/** Whole points towards the given score for the time that has passed; what is left of it counts on. */
function fade(standing: TrustStanding, at: number): TrustStanding {
  const points = Math.max(0, Math.floor((at - standing.countedTo) / FADE_MS))
  const distance = standing.given - standing.score
  const moved = Math.sign(distance) * Math.min(Math.abs(distance), points)
  return { ...standing, score: standing.score + moved, countedTo: standing.countedTo + points * FADE_MS }
}

/** What the next steps need to know of this one. */
function noted(standing: TrustStanding, { kind, at }: Evidence): TrustStanding {
  const isBad = kind === 'failure' || kind === 'incident' || kind === 'denial'
  const failures = kind === 'failure' ? standing.failures + 1 : kind === 'success' ? 0 : standing.failures
  return { ...standing, failures, lastBad: isBad ? Math.max(at, standing.lastBad ?? at) : standing.lastBad }
}

const pointsOf = ({ kind, value }: Evidence): number => {
  if (kind === 'vote') return VOTE_POINTS * Math.sign(value ?? 0)
  return kind in POINTS ? POINTS[kind as keyof typeof POINTS] : 0 // the kinds that have points are its keys
}

/** Threshold of the level of a score. Denials alone leave this: what a level may do, a slip of the hand does not take. */
const levelOf = (score: number): number => Math.max(...Object.values(TRUST_LEVELS).filter((level) => level <= score))

const isServiceDue = ({ lastBad, lastService }: TrustStanding, at: number): boolean =>
  [lastBad, lastService].every((last) => last === null || at - last >= SERVICE_MS)
