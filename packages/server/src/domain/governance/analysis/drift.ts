/** What an analysis counts for the drift: a part of a whole, of which nothing is part where there is no whole. */
export interface Share {
  readonly part: number
  readonly whole: number
}

/**
 * What drift is made of, with its weight in points. The weights add up to 100.
 *
 * Source: docs/concepts/analysis.md.
 */
export const DRIFT_PARTS = {
  widened: { weight: 40, says: 'what was not allowed and would be, by the risk of its action' },
  approvals_lost: { weight: 25, says: 'what took an approval and would take none' },
  oversight_lost: { weight: 15, says: 'what those who audit could do and could do no longer' },
  unenforced: { weight: 10, says: 'what was refused and would only be noted' },
  leaned_on: { weight: 10, says: 'what the change would permit and the constitution alone still forbids' },
} as const satisfies Readonly<Record<string, { readonly weight: number; readonly says: string }>>
export type DriftPart = keyof typeof DRIFT_PARTS
// Object.keys widens the keys of the table to string; they are exactly its parts.
export const DRIFT_NAMES = Object.keys(DRIFT_PARTS) as DriftPart[]

export interface DriftShare extends Share {
  readonly name: DriftPart
  /** Whole points, 0 to the weight. */
  readonly points: number
}

export interface Drift {
  /** An integer, 0-100. */
  readonly score: number
  readonly parts: readonly DriftShare[]
}

/**
 * How far a change moves away from what guards: each part gives its weight × √(part ÷ whole), rounded up, so that the first
 * cases count most and one is never nothing. A rule of the constitution that is broken makes it 100. No part that grows ever
 * lowers the score.
 */
export function driftOf(shares: Readonly<Record<DriftPart, Share>>, isBroken: boolean): Drift {
  const parts = DRIFT_NAMES.map((name) => ({ name, ...shares[name], points: pointsOf(name, shares[name]) }))
  const sum = parts.reduce((total, { points }) => total + points, 0)
  return { score: isBroken ? 100 : sum, parts }
}

const pointsOf = (name: DriftPart, { part, whole }: Share): number =>
  whole <= 0 ? 0 : Math.ceil(DRIFT_PARTS[name].weight * Math.sqrt(Math.min(1, Math.max(0, part / whole))))
