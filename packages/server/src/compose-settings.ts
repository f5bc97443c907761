import type { AskSettings, SearchSettings } from '#capsules'
import type { Config } from '#config'

/** The part of the configuration that search and answers go by, in their own words. */
export function settingsOf({ search, ask, memory }: Config): {
  readonly search: SearchSettings
  readonly ask: AskSettings
} {
  return {
    search: {
      deadlineMs: search.deadline_ms,
      minTrust: memory.min_trust,
      weights: search.weights,
      trustBoost: search.trust_boost,
      freshnessBoost: search.freshness_boost,
    },
    ask: { threshold: ask.threshold, quotesMax: ask.quotes_max },
  }
}
