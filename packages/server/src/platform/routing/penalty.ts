import type { PenaltySettings } from './routing-rules.ts'

/** How far the answers of a provider have drifted to the bad. */
export interface DriftReading {
  /** 0: as they should be; 1: the worst. */
  readonly value: number
  /** How many answers that rests on. */
  readonly samples: number
  /** When it was measured last, in milliseconds since 1970. */
  readonly at: number
}

/** Port: who measures how far a provider's answers have drifted. */
export interface ProviderDrift {
  /** What was measured last; undefined where nothing was. */
  read(provider: string): DriftReading | undefined
}

/** Below so many answers a drift is chance. */
export const DRIFT_SAMPLES_MIN = 3
/** Factors are multiples of this, so that noise moves nobody. */
export const FACTOR_STEP = 0.05

/**
 * The part of its weight that a provider keeps: 1 − strength × drift, rounded to steps of 0.05, and never below the floor. 1
 * where nothing is known, or too little.
 */
export function factorOf(drift: DriftReading | undefined, { strength, floor }: PenaltySettings): number {
  if (drift === undefined || !(drift.samples >= DRIFT_SAMPLES_MIN) || !Number.isFinite(drift.value)) return 1
  const bad = Math.min(1, Math.max(0, drift.value))
  const steps = Math.round((1 - strength * bad) / FACTOR_STEP)
  return Math.max(floor, Math.min(1, steps / Math.round(1 / FACTOR_STEP)))
}
