import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKETS_MAX, RateLimiter, rateLimitHeaders } from './rate-limiter.ts'

function open(perMinute: number, burst: number) {
  let now = 1_000_000
  const limiter = new RateLimiter(
    () => ({ perMinute, burst }),
    () => now,
  )
  return { limiter, pass: (ms: number) => (now += ms) }
}

test('refuses what is beyond the burst and says when to come back', () => {
  const { limiter, pass } = open(60, 2)
  expect([limiter.take('a')?.remaining, limiter.take('a')?.remaining]).toEqual([1, 0])
  expect(limiter.take('a')).toMatchObject({ allowed: false, remaining: 0, retryAfterS: 1 })
  pass(999)
  expect(limiter.take('a')?.allowed).toBe(false)
  pass(1)
  expect(limiter.take('a')?.allowed).toBe(true)
})

test('one key does not spend the budget of another', () => {
  const { limiter } = open(60, 1)
  limiter.take('a')
  expect([limiter.take('a')?.allowed, limiter.take('b')?.allowed]).toEqual([false, true])
})

test('a clock that jumps backwards gives nothing away and takes nothing', () => {
  const { limiter, pass } = open(60, 1)
  limiter.take('a')
  pass(-3_600_000)
  expect(limiter.take('a')?.allowed).toBe(false)
  pass(1000)
  expect(limiter.take('a')?.allowed).toBe(true)
})

test('is off at 0, and follows a changed configuration at once', () => {
  let perMinute = 0
  const limiter = new RateLimiter(
    () => ({ perMinute, burst: 1 }),
    () => 0,
  )
  expect(limiter.take('a')).toBeUndefined()
  perMinute = 60
  expect([limiter.take('a')?.allowed, limiter.take('a')?.allowed]).toEqual([true, false])
})

test('remembers a bounded number of keys and forgets the one that asked longest ago', () => {
  const { limiter } = open(60, 1)
  limiter.take('first')
  limiter.take('second')
  for (let index = 0; index < BUCKETS_MAX - 2; index++) limiter.take(String(index))
  limiter.take('first')
  limiter.take('one more')
  expect([limiter.take('first')?.allowed, limiter.take('second')?.allowed]).toEqual([false, true])
})

test('never allows more than the burst and what was refilled', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }),
      (burst, pauses) => {
        const { limiter, pass } = open(600, burst)
        let allowed = 0
        let elapsed = 0
        for (const pause of pauses) {
          pass(pause)
          elapsed += pause
          if (limiter.take('a')?.allowed) allowed += 1
        }
        expect(allowed).toBeLessThanOrEqual(burst + elapsed / 100 + 1e-6)
      },
    ),
  )
})

test('tells the policy and what is left as draft-ietf-httpapi-ratelimit-headers-11 spells them', () => {
  const { limiter } = open(600, 100)
  const verdict = limiter.take('a')
  expect(verdict && rateLimitHeaders('subject', verdict)).toEqual({
    'ratelimit-policy': '"subject";q=100;w=10',
    ratelimit: '"subject";r=99;t=1',
  })
})
