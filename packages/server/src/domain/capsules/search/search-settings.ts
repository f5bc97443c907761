import type { KindWeights } from './fuse.ts'
import type { SignalName } from './signals/index.ts'

/** How search weighs what it finds; from configuration. */
export interface SearchSettings {
  readonly deadlineMs: number
  /** Least effective trust where the caller names none. */
  readonly minTrust: number
  readonly weights: KindWeights
  /** Signals that are not asked: for measuring what each of them earns. */
  readonly without?: ReadonlySet<SignalName>
  /** The most that full trust adds to or no trust takes from a score, as a share. */
  readonly trustBoost: number
  /** The most that being recent adds, as a share. */
  readonly freshnessBoost: number
}

export interface AskSettings {
  /** Least score of a quote; nothing above it means that nothing was found. */
  readonly threshold: number
  readonly quotesMax: number
}
