import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { archiveCapsule, setTrust } from '../use-cases/life.ts'
import { openWorld } from '../use-cases/testing.ts'
import { boostsOf } from './boosts.ts'
import type { Candidate } from './candidate.ts'
import { highlight } from './highlight.ts'
import { rank } from './rank.ts'
import { searchCapsules } from './search-capsules.ts'

const WEIGHTS = { lexical: 0.45, vector: 0.4, graph: 0.15 }
const REQUEST = { limit: 10, mode: 'hybrid', explain: false } as const

const candidate = (id: string, signals: Candidate['signals']): Candidate => ({
  id,
  version: '1.0.0',
  effectiveTrust: 60,
  validFrom: 0,
  signals,
})
const signal = fc.option(fc.double({ min: -1, max: 50, noNaN: true }), { nil: undefined })
const candidates = fc.uniqueArray(
  fc
    .record({ id: fc.uuid(), lexical: signal, vector: signal, graph: signal })
    .map(({ id, ...signals }) => candidate(id, signals)),
  { selector: ({ id }) => id, maxLength: 40 },
)

/** All candidates in order, by what the signals alone say. */
const fused = (given: readonly Candidate[]) =>
  rank(given, { weights: WEIGHTS, trustBoost: 0, freshnessBoost: 0, now: 0, limit: Number.POSITIVE_INFINITY }).map(
    ({ ranked, score }) => ({ ...ranked, score }),
  )

describe('fusion', () => {
  test('loses no candidate, scores within 0-1, best first', () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const ranked = fused(given)
        expect(ranked.map(({ candidate: { id } }) => id).toSorted()).toEqual(given.map(({ id }) => id).toSorted())
        for (const [index, { score, parts }] of ranked.entries()) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1 + 1e-9)
          expect(parts.lexical + parts.vector + parts.graph).toBeCloseTo(score, 9)
          expect(score).toBeLessThanOrEqual((ranked[index - 1]?.score ?? 1) + 1e-9)
        }
      }),
    )
  })

  test('does not depend on the order in which candidates come', () => {
    fc.assert(
      fc.property(candidates, (given) => {
        expect(fused(given.toReversed())).toEqual(fused(given))
      }),
    )
  })

  test('more of a signal never ranks lower', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }), (a, b) => {
        const [first] = fused([
          candidate('a', { lexical: a, vector: 0.5 }),
          candidate('b', { lexical: b, vector: 0.5 }),
        ])
        expect(first?.candidate.signals.lexical).toBe(Math.max(a, b))
      }),
    )
  })

  test('a signal that found nothing gives its weight to the others', () => {
    expect(fused([candidate('a', { lexical: 3 })])[0]?.score).toBeCloseTo(1, 9)
  })
})

test('boosts stay within their bounds whatever the age and trust', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer(), (effectiveTrust, validFrom) => {
      const { trust, freshness } = boostsOf({ effectiveTrust, validFrom }, { trustBoost: 0.1, freshnessBoost: 0.05 }, 0)
      expect(Math.abs(trust - 1)).toBeLessThanOrEqual(0.1 + 1e-9)
      expect(Math.abs(freshness - 1)).toBeLessThanOrEqual(0.05 + 1e-9)
    }),
  )
})

test('highlights stand where they say, in UTF-16 units', () => {
  const content = '👩‍🚀 Backups are restored; a backup is tested.'
  const { matched, highlights } = highlight('restore backups', content)
  expect(matched).toHaveLength(2)
  for (const { start, end, text } of highlights) expect(content.slice(start, end)).toBe(text)
  expect(highlights.map(({ text }) => text)).toEqual(['Backups', 'restored', 'backup'])
})

describe('search', () => {
  test('needs something to search for', async () => {
    const { context } = await openWorld()
    await expect(searchCapsules(context, REQUEST)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(searchCapsules(context, { ...REQUEST, q: '  ' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    await expect(searchCapsules(context, { ...REQUEST, mode: 'lexical', embedding: [1] })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    })
  })

  test('finds by words, ranks the better match first and explains by parts', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Gardens need water in summer.' })
    const best = await add({ content: 'Backups are written every night and restored once a month.' })
    const { hits } = await searchCapsules(context, { ...REQUEST, q: 'when are backups written?' })
    expect(hits[0]?.capsule.id).toBe(best.id)
    expect(hits[0]?.ranked.parts.lexical).toBeGreaterThan(0)
  })

  test('an owner nobody has finds nothing, and betrays nothing', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Backups are written every night.' })
    expect((await searchCapsules(context, { ...REQUEST, q: 'backups', owner: 'nobody' })).hits).toEqual([])
  })

  test('shows neither what is archived nor what is not trusted enough', async () => {
    const { context, call, add } = await openWorld()
    const [a, b] = [
      await add({ content: 'The backup runs at one.' }),
      await add({ content: 'The backup runs at two.' }),
    ]
    await archiveCapsule(context, call('capsule.archive'), a.id)
    await setTrust(context, call('capsule.trust'), b.id, { trust: 39, reason: 'doubtful' })
    expect((await searchCapsules(context, { ...REQUEST, q: 'backup' })).hits).toEqual([])
    const low = await searchCapsules(context, { ...REQUEST, q: 'backup', min_trust: 0 })
    expect(low.hits.map(({ capsule }) => capsule.id)).toEqual([b.id])
  })

  test('goes on by words when the embedder is away, and says so; by meaning alone it cannot', async () => {
    const { context, add } = await openWorld()
    const { id } = await add({ content: 'Backups are written every night.' })
    const away = {
      ...context.embedder,
      embed: () => Promise.reject(new CascadeError('EMBEDDER_UNAVAILABLE', 'no answer')),
    }
    const broken = { ...context, embedder: away }
    const found = await searchCapsules(broken, { ...REQUEST, q: 'backups' })
    expect(found.hits.map(({ capsule }) => capsule.id)).toEqual([id])
    expect(found.notices).toEqual(['Searched by words alone: no answer'])
    await expect(searchCapsules(broken, { ...REQUEST, q: 'backups', mode: 'vector' })).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
    })
  })

  test('with known_at it answers from what was recorded by then', async () => {
    const { context, add, time } = await openWorld()
    const { createdAt } = await add({ content: 'Backups are written every night.' })
    time.advance(60_000)
    await add({ content: 'Backups are written every hour.' })
    const at = new Date(createdAt + 1000).toISOString()
    const then = await searchCapsules(context, { ...REQUEST, q: 'backups', known_at: at })
    expect(then.hits.map(({ capsule }) => capsule.content)).toEqual(['Backups are written every night.'])
  })
})

test('a vector of a model that nobody used says so, in place of an empty answer alone', async () => {
  const { context, add } = await openWorld()
  await add({ content: 'measured', embedding: [1, 0], embedding_model: 'mine' })
  const look = async (embedding_model: string, more: object = {}) =>
    (await searchCapsules(context, { ...REQUEST, mode: 'vector', embedding: [1, 0], embedding_model, ...more })).notices
  expect(await look('mien')).toEqual(['No capsule has a vector of the model "mien".'])
  expect([await look('mine'), await look('mine', { lane: 'elsewhere' })]).toEqual([[], []])
})
