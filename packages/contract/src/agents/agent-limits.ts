/** Limits of what agents ask for and get, each tested at its boundary. Sizes in tokens are estimates of ours. */
export const AGENT_LIMITS = {
  /** Room for what is recalled or read, where the caller says nothing. */
  tokensDefault: 2000,
  tokensMin: 100,
  tokensMax: 50_000,
  hitsDefault: 8,
  hitsMax: 50,
  quotesDefault: 5,
  parentsMax: 20,
  tagsMax: 16,
  lineageDefault: 50,
  lineageMax: 500,
  depthMax: 1000,
} as const

/** Bytes of UTF-8 that count as one token: fewer than tokenizers take of English, so that a budget is seldom exceeded. */
export const BYTES_PER_TOKEN = 3
