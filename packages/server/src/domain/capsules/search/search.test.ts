import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { archiveCapsule, setTrust } from '../use-cases/life.ts'
import { openWorld } from '../use-cases/testing.ts'
import { boostsOf } from './boosts.ts'
import { highlight } from './highlight.ts'
import { searchCapsules } from './search-capsules.ts'

const REQUEST = { limit: 10, mode: 'hybrid', explain: false } as const

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
  test('a question that nothing answers scores near 0, a good one near 1', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Backups are written every night.' })
    const scoreOf = async (q: string) => (await searchCapsules(context, { ...REQUEST, q })).hits[0]?.score ?? 0
    expect(await scoreOf('backups written night')).toBeGreaterThan(0.9)
    expect(await scoreOf('zyzzyva axolotl')).toBeLessThan(0.3)
  })

  test('the name of a speaker is whom, not what, a question asks for', async () => {
    const { context, add } = await openWorld()
    const turn = (speaker: string, index: number, content: string) =>
      add({ content, source: { kind: 'chat', conversation: 'c', session: 1, index, speaker } })
    await turn('Ada Byron', 0, 'Ada is a name. Did you bake bread?')
    const said = await turn('Ada Byron', 1, 'I bake bread on Sundays.')
    await turn('Bo', 2, 'I bake bread on Mondays, Ada.')
    const { hits } = await searchCapsules(context, { ...REQUEST, q: 'What does Ada bake?' })
    expect(hits[0]?.capsule.id).toBe(said.id)
    expect(hits[0]?.signals.speaker?.raw).toBe(1)
  })

  test('vectors of a model that only the caller knows weigh as those of sentences, those of the store by what they see', async () => {
    const weightOf = async (model: (own: string) => string): Promise<number> => {
      const { context, add } = await openWorld()
      const { dimensions } = context.embedder
      const vector = (angle: number) =>
        Array.from({ length: dimensions }, (_, at) => [Math.cos(angle), Math.sin(angle)][at] ?? 0)
      const embedding_model = model(context.embedder.model)
      await add({ content: 'Backups are written every night.', embedding: vector(1.5), embedding_model })
      await add({ content: 'The numbat sleeps.', embedding: vector(0.1), embedding_model })
      const asked = { ...REQUEST, q: 'backups', embedding: vector(0), embedding_model }
      const { hits } = await searchCapsules(context, asked)
      return Math.max(...hits.map(({ signals }) => signals.meaning?.part ?? 0))
    }
    expect(await weightOf(() => 'mine')).toBeGreaterThan(1.3 * (await weightOf((own) => own)))
  })

  test('keeps to a budget of tokens, passes over what does not fit, and says so', async () => {
    const { context, add } = await openWorld()
    const long = await add({ content: `Backups. ${'Backups are written. '.repeat(50)}` })
    const short = await add({ content: 'Backups are written at night.' })
    const { hits, notices } = await searchCapsules(context, { ...REQUEST, q: 'backups', max_tokens: 20 })
    expect(hits.map(({ capsule }) => capsule.id)).toEqual([short.id])
    expect(notices).toEqual(['1 of 2 found do not fit into 20 tokens.'])
    const all = await searchCapsules(context, { ...REQUEST, q: 'backups' })
    expect(new Set(all.hits.map(({ capsule }) => capsule.id))).toEqual(new Set([long.id, short.id]))
  })

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
    expect(hits[0]?.signals.passage?.part).toBeGreaterThan(0)
  })

  test('words that meet nothing find nothing, where a vector alone finds its neighbours', async () => {
    const { context, add } = await openWorld()
    const only = await add({ content: 'Backups are written every night.' })
    expect((await searchCapsules(context, { ...REQUEST, q: 'zebra crossing' })).hits).toEqual([])
    expect((await searchCapsules(context, { ...REQUEST, q: 'backups zebra' })).hits).toMatchObject([
      { capsule: { id: only.id } },
    ])
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
