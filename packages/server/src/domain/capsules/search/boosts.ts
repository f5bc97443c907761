import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { Candidate } from './candidate.ts'
import type { SearchSettings } from './search-settings.ts'

export interface Boosts {
  /** Factor; 1 for STANDARD trust. */
  readonly trust: number
  /** Factor; 1 for what is a year old. */
  readonly freshness: number
}

const DAY_MS = 86_400_000
const HALF_LIFE_MS = 365 * DAY_MS

/**
 * Bounded factors for trust and age: they order what is about equally relevant and never lift what is not. With the
 * default settings the two together move a score by less than a sixth.
 */
export function boostsOf(
  { effectiveTrust, validFrom }: Pick<Candidate, 'effectiveTrust' | 'validFrom'>,
  { trustBoost, freshnessBoost }: Pick<SearchSettings, 'trustBoost' | 'freshnessBoost'>,
  now: number,
): Boosts {
  const trust = (effectiveTrust - TRUST_LEVELS.STANDARD) / (TRUST_LEVELS.CORE - TRUST_LEVELS.STANDARD)
  const ageMs = Math.max(0, now - validFrom)
  const freshness = 2 * 0.5 ** (ageMs / HALF_LIFE_MS) - 1
  return { trust: 1 + trustBoost * Math.max(-1, Math.min(1, trust)), freshness: 1 + freshnessBoost * freshness }
}
