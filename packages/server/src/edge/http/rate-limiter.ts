import type { Clock } from '#base'

/** How much a key may ask for: `burst` at once, refilled at `perMinute`. */
export interface RateLimit {
  /** 0 turns the limit off. */
  readonly perMinute: number
  readonly burst: number
}

/** What is left to a key after its request. Times in seconds, rounded up. */
export interface RateVerdict {
  readonly allowed: boolean
  /** Whole requests that may follow at once. */
  readonly remaining: number
  readonly limit: number
  /** In how many seconds an empty bucket is full. */
  readonly windowS: number
  /** In how many seconds this bucket is full. */
  readonly resetS: number
  /** In how many seconds the next request is allowed; 0 when it is now. */
  readonly retryAfterS: number
}

interface Bucket {
  tokens: number
  at: number
}

/** Keys remembered at once. The one that asked longest ago goes first: it is the fullest, so forgetting it costs least. */
export const BUCKETS_MAX = 10_000
const MINUTE_MS = 60_000

/**
 * Token buckets by key. Time comes from `clock`; when it jumps backwards nobody gains or loses a token.
 *
 * `limit` is asked for at every request, so that a changed configuration counts at once.
 */
export class RateLimiter {
  readonly #limit: () => RateLimit
  readonly #clock: Clock
  // In the order of the last request: a Map keeps the order of insertion.
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: () => RateLimit, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  /** Takes a token of `key`, if there is one. Undefined while the limit is off. */
  take(key: string): RateVerdict | undefined {
    const { perMinute, burst } = this.#limit()
    if (perMinute === 0) return undefined
    const perMs = perMinute / MINUTE_MS
    const bucket = this.#refilled(key, burst, perMs)
    const allowed = bucket.tokens >= 1
    if (allowed) bucket.tokens -= 1
    const seconds = (tokens: number) => Math.ceil(tokens / perMs / 1000)
    return {
      allowed,
      remaining: Math.floor(bucket.tokens),
      limit: burst,
      windowS: seconds(burst),
      resetS: seconds(burst - bucket.tokens),
      retryAfterS: bucket.tokens >= 1 ? 0 : seconds(1 - bucket.tokens),
    }
  }

  #refilled(key: string, burst: number, perMs: number): Bucket {
    const now = this.#clock()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const elapsed = Math.max(0, now - bucket.at)
    bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perMs)
    bucket.at = now
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > BUCKETS_MAX) this.#forgetOldest()
    return bucket
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key)
      return
    }
  }
}

/** The two fields of draft-ietf-httpapi-ratelimit-headers-11, for the policy `name`. */
export const rateLimitHeaders = (name: string, { limit, windowS, remaining, resetS }: RateVerdict) => ({
  'ratelimit-policy': `"${name}";q=${limit};w=${windowS}`,
  ratelimit: `"${name}";r=${remaining};t=${resetS}`,
})
