/** How search weighs what it finds; from configuration. */
export interface SearchSettings {
  readonly deadlineMs: number
  /** Least effective trust where the caller names none. */
  readonly minTrust: number
  readonly weights: { readonly lexical: number; readonly vector: number; readonly graph: number }
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
