/** What risk is made of. The last four come from providers, and are weighed where one is registered. */
export const RISK_SIGNALS = [
  'action',
  'actor_trust',
  'novelty',
  'time',
  'volume',
  'denials',
  'anomaly',
  'affect_delta',
  'drift_score',
  'provider_history',
] as const
export type RiskSignalName = (typeof RISK_SIGNALS)[number]

/** The risk of doing something at all, by what its route declares. */
export const ACTION_RISK = { low: 10, medium: 40, high: 70 } as const

/** 0-1: how much of the risk that is left a signal takes at its worst; 0 turns it off. */
export type RiskWeights = Readonly<Record<RiskSignalName, number>>

/** One signal: 0 is harmless, 100 the worst. Null where it should be known and is not, or is out of date. */
export interface RiskSignal {
  readonly name: RiskSignalName
  readonly value: number | null
}

export interface WeighedSignal {
  readonly name: RiskSignalName
  /** 0-100; null where it is not known. */
  readonly value: number | null
  readonly weight: number
  /** Points of the risk that are its doing; all shares together are the risk. */
  readonly share: number
  /** True where it should be known and is not: it counts as the worst. */
  readonly stale: boolean
}

export interface Risk {
  /** An integer, 0-100. */
  readonly risk: number
  readonly signals: readonly WeighedSignal[]
}

const WORST = 100
/** A signal leaves at least this much, so that its share stays a number. */
const LEFT_MIN = 1e-9

/**
 * The risk of signals: each takes its part of what the others have left, as independent doubts add up. So no signal ever
 * lowers it: neither a higher value, nor one more signal, nor one that went missing. What is no number of 0 to 100 counts as
 * the worst. A signal that is named twice counts twice.
 */
export function riskOf(signals: readonly RiskSignal[], weights: RiskWeights): Risk {
  const doubts = signals.map(({ name, value }) => doubtOf(value, weights[name]))
  const total = doubts.reduce((sum, doubt) => sum + doubt, 0)
  const risk = Math.round(100 * (1 - Math.exp(-total)))
  const shares = apportion(risk, doubts, total)
  return {
    risk,
    signals: signals.map(({ name, value }, index) => ({
      name,
      value,
      weight: weights[name],
      share: shares[index] ?? 0,
      stale: value === null,
    })),
  }
}

/** As a negative logarithm, in which parts of what is left add up. */
function doubtOf(value: number | null, weight: number): number {
  const worst = value !== null && value >= 0 && value <= WORST ? value : WORST
  const part = Math.min(1, Math.max(0, weight)) * (worst / WORST)
  if (part === 0) return 0
  return -Math.log(Math.max(LEFT_MIN, 1 - part))
}

/** Whole points in the proportion of the doubts; what rounding leaves goes to the largest remainders. */
function apportion(risk: number, doubts: readonly number[], total: number): readonly number[] {
  const exact = doubts.map((doubt) => (total > 0 ? (risk * doubt) / total : 0))
  const shares = exact.map(Math.floor)
  let left = risk - shares.reduce((sum, share) => sum + share, 0)
  // A few signals and fewer points: looking for the largest again costs less than sorting, and every decision pays it.
  for (; left > 0; left--) {
    const at = largestOf(exact, shares)
    shares[at] = (shares[at] ?? 0) + 1
  }
  return shares
}

/** Where the most is left out of a share; what was rounded up has nothing left. */
function largestOf(exact: readonly number[], shares: readonly number[]): number {
  let largest = 0
  for (let at = 1; at < exact.length; at++) {
    if ((exact[at] ?? 0) - (shares[at] ?? 0) > (exact[largest] ?? 0) - (shares[largest] ?? 0)) largest = at
  }
  return largest
}
