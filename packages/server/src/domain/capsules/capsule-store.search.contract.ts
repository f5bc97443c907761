import { describe, expect, test } from 'vitest'
import { codeOf, commit, nextId, noteOf, shareStore } from '../../platform/store/testing.ts'
import type { CandidateQuery, CapsuleFilter } from './capsule-store.ts'
import type { Candidate } from './search/candidate.ts'
import { readQuestion } from './search/question.ts'
import type { Hit } from './search/rank.ts'
import {
  addVersion,
  create,
  idsOf,
  link,
  type OpenStore,
  RANKING,
  search,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

/** What a question brings up. Filters have a suite of their own. */
export function describeSearch(name: string, open: OpenStore): void {
  describe(`${name}: search`, () => {
    const under = shareStore(open)
    describe('by words', () => testWords(under))
    describe('by links', () => testGraph(under))
    describe('what is found', () => testFound(under))
    describe('freshness', () => testFreshness(under))
  })
}

function testWords(under: Under): void {
  test('finds exact words in title, content and tags, without regard to case', async () => {
    const { store } = under
    const owner = nextId()
    const inTitle = await create(store, { owner, title: 'The Quokka speaks', content: 'nothing here' })
    const inContent = await create(store, { owner, content: 'a quokka, at noon' })
    const inTags = await create(store, { owner, content: 'nothing there', tags: ['small', 'QUOKKA facts'] })
    await create(store, { owner, content: 'no such animal' })
    const found = await search(store, { owner }, { text: 'quokka' })
    expect(new Set(idsOf(found))).toEqual(new Set(idsOf([inTitle, inContent, inTags])))
    for (const { signals } of found) expect(signals.lexical).toBeGreaterThan(0)
  })

  test.for([
    '"zyzzyva',
    'zyzzyva"',
    "zyzzyva'",
    'zyzzyva*',
    '^zyzzyva',
    'title:zyzzyva',
    '-zyzzyva',
    '+zyzzyva',
    'NOT zyzzyva',
    'zyzzyva AND NOT axolotl',
    'zyzzyva NEAR/2 axolotl',
    'NEAR(zyzzyva axolotl, 5)',
    '{title content}: zyzzyva',
    'zyzzyva~2 axolotl^4',
    '(((zyzzyva',
    'zyzzyva)))',
    '/zyzzyva/',
    '[zyzzyva TO axolotl]',
    'zyzzyva && axolotl || !axolotl',
    'zyzzyva \\',
    'zyzzyva\u0000axolotl',
    'zyzzyva; DROP TABLE capsules',
    '<zyzzyva>',
    '$zyzzyva ?1 :x @x',
  ])('takes %j for words', async (text) => {
    const { store } = under
    const owner = nextId()
    const both = await create(store, { owner, content: 'axolotl and zyzzyva' })
    const longer = await create(store, { owner, content: 'zyzzyvas2000' })
    const found = new Set(idsOf(await search(store, { owner }, { text })))
    expect(found.has(both.id)).toBe(true)
    expect(found.has(longer.id)).toBe(false)
  })

  test.for(['', ' ', '"', '*', '!?', '😀', '\u0000', '()', 'OR', 'AND NOT', '\u202e', '-', '""""', `'`])(
    'a question without a word, %j, brings up nothing and is no failure',
    async (text) => {
      const { store } = under
      const owner = nextId()
      await create(store, { owner, content: 'something or other and so on' })
      const found = await search(store, { owner }, { text })
      expect(found.every(({ signals }) => signals.vector === undefined)).toBe(true)
    },
  )

  test('any of the words is enough, all of them are better', async () => {
    const { store } = under
    const owner = nextId()
    const [both, one] = await Promise.all(
      ['the kakapo met the numbat', 'the kakapo met a stranger'].map((content) => create(store, { owner, content })),
    )
    const found = await search(store, { owner }, { text: 'kakapo numbat' })
    const score = (id: string) => found.find((candidate) => candidate.id === id)!.signals.lexical!
    expect(score(both!.id)).toBeGreaterThan(score(one!.id))
  })

  test('finds words behind a NUL, in scripts of all directions and with marks', async () => {
    const { store } = under
    const owner = nextId()
    const draft = await create(store, { owner, content: 'front\u0000numbat مرحبا שלום привет Zürich' })
    for (const text of ['numbat', 'مرحبا', 'שלום', 'ПРИВЕТ', 'zürich']) {
      expect(idsOf(await search(store, { owner }, { text }))).toEqual([draft.id])
    }
  })

  test('a question of ten thousand words is answered', async () => {
    const { store } = under
    const owner = nextId()
    const draft = await create(store, { owner, content: 'w9999 stands last' })
    const text = Array.from({ length: 10_000 }, (_, index) => `w${index}`).join(' ')
    expect(await codeOf(() => search(store, { owner }, { text }))).toBe('carried out')
    expect(idsOf(await search(store, { owner }, { text: 'w9999 w1 w2 w3' }))).toEqual([draft.id])
  })
}

function testGraph(under: Under): void {
  test('a capsule linked to a good candidate is brought up, in either direction, within the filter alone', async () => {
    const { store } = under
    const owner = nextId()
    const hit = await create(store, { owner, content: 'the thylacine' })
    const [to, from, weak, outside] = [
      await create(store, { owner }),
      await create(store, { owner }),
      await create(store, { owner }),
      await create(store, { owner, trust: 10 }),
    ]
    await link(store, hit.id, to.id, 'RELATED_TO')
    await link(store, from.id, hit.id, 'RELATED_TO')
    await link(store, hit.id, weak.id, 'SIMILAR_TO', 0.2)
    await link(store, hit.id, outside.id, 'RELATED_TO')
    const found = await search(store, { owner, minTrust: 40 }, { text: 'thylacine' })
    const graph = new Map(found.map(({ id, signals }) => [id, signals.graph]))
    expect(new Set(graph.keys())).toEqual(new Set(idsOf([hit, to, from, weak])))
    for (const draft of [to, from, weak]) {
      expect(graph.get(draft.id)).toBeGreaterThan(0)
      expect(graph.get(draft.id)).toBeLessThanOrEqual(1)
    }
    expect(graph.get(weak.id)).toBeLessThan(graph.get(to.id)!)
  })
}

function testFound(under: Under): void {
  test('archived and quarantined capsules and old versions are not found, unless asked for', async () => {
    const { store } = under
    const owner = nextId()
    const [active, archived, quarantined] = await Promise.all(
      [1, 2, 3].map(() => create(store, { owner, content: 'bilby and more' })),
    )
    await setStatus(store, archived!.id, 'ARCHIVED')
    await setStatus(store, quarantined!.id, 'QUARANTINED')
    const found = async (filter: CapsuleFilter = {}) =>
      new Set(idsOf(await search(store, { owner, ...filter }, { text: 'bilby' })))
    expect(await found()).toEqual(new Set([active!.id]))
    expect(await found({ statuses: ['ARCHIVED', 'QUARANTINED'] })).toEqual(new Set(idsOf([archived!, quarantined!])))
    await addVersion(store, versionOf(active!, '1.1.0', { content: 'renamed' }))
    expect(await found()).toEqual(new Set())
    await setStatus(store, archived!.id, 'ACTIVE')
    expect(await found()).toEqual(new Set([archived!.id]))
  })

  test('a document that is found through its chunks is not found itself, but listed', async () => {
    const { store } = under
    const owner = nextId()
    const text = { content: 'wombat', embedding: { model: 'documents', vector: Float32Array.of(1, 0) } }
    const document = await create(store, { owner, ...text, indexed: false })
    const chunk = await create(store, { owner, ...text, partOf: { id: document.id, place: 'p', index: 0 } })
    for (const question of [{ text: 'wombat' }, { embedding: text.embedding }]) {
      expect(idsOf(await search(store, { owner }, question))).toEqual([chunk.id])
    }
    expect(idsOf((await store.capsules.list({ owner, chunks: false }, { limit: 10 })).items)).toEqual([document.id])
  })

  test('a candidate says the trust and the beginning of the version that it names', async () => {
    const { store } = under
    const owner = nextId()
    const first = await create(store, { owner, content: 'quoll', trust: 70, validFrom: 1000 })
    await create(store, { owner, content: 'quoll', trust: 30 })
    await addVersion(store, versionOf(first, '2.0.0', { content: 'quolls', validFrom: 2000 }))
    const past = { owner, asOf: 1500 }
    for (const [filter, count] of [
      [{ owner }, 2],
      [past, 1],
    ] as const) {
      const found = await search(store, filter, { text: 'quoll quolls' })
      expect(found).toHaveLength(count)
      const { hits } = await store.capsules.search({ text: 'quoll quolls', filter, perSignal: 50 }, RANKING)
      expect(hits).toHaveLength(count)
      for (const { candidate, capsule } of hits) {
        const { id, version, effectiveTrust, validFrom } = capsule
        expect(found).toContainEqual(candidate)
        expect(candidate).toMatchObject({ id, version, effectiveTrust, validFrom })
      }
    }
  })

  test('a search gives the best candidates in the order of the ranking, each with its capsule', async () => {
    const { store } = under
    const owner = nextId()
    const vectors = [0, 1, 2, 3, 4, 5].map((turn) => Float32Array.of(Math.cos(turn / 4), Math.sin(turn / 4)))
    for (const [turn, vector] of vectors.entries()) {
      const content = `dingo ${'and more '.repeat(turn * 3)}`
      await create(store, { owner, content, trust: 95 - turn * 9, embedding: { model: 'ranked', vector } })
    }
    const query = {
      text: 'dingo',
      embedding: { model: 'ranked', vector: vectors[3]! },
      filter: { owner },
      perSignal: 50,
    }
    const ranking = { ...RANKING, question: readQuestion('dingo'), trustBoost: 0.4 }
    const { hits: all } = await store.capsules.search(query, ranking)
    expect(new Set(idsOf(all.map(candidateOf)))).toEqual(new Set(idsOf(await search(store, { owner }, query))))
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).toSorted((a, b) => b - a))
    // Nearest is the fourth; the first is the shortest and the most trusted.
    expect(all.map(({ candidate }) => candidate.signals.vector)[0]).toBeGreaterThan(0.7)
    for (const limit of [1, 4, 50]) {
      const { hits, isModelKnown } = await store.capsules.search(query, { ...ranking, limit })
      expect(idsOf(hits.map(candidateOf))).toEqual(idsOf(all.map(candidateOf)).slice(0, limit))
      expect(hits.map(({ capsule }) => capsule)).toEqual(await store.capsules.getHeads(idsOf(hits.map(candidateOf))))
      expect(isModelKnown).toBe(true)
    }
  })

  test('a search shows nothing that does not pass any more', async () => {
    const { store } = under
    const owner = nextId()
    const drafts = await Promise.all([1, 2, 3, 4].map(() => create(store, { owner, content: 'dingo' })))
    const query = { text: 'dingo', filter: { owner, minTrust: 40 }, perSignal: 50 }
    const found = async () => (await store.capsules.search(query, RANKING)).hits.map(({ capsule }) => capsule.id)
    expect(new Set(await found())).toEqual(new Set(idsOf(drafts)))
    await setTrust(store, drafts[0]!.id, 39)
    await setStatus(store, drafts[2]!.id, 'ARCHIVED')
    expect(new Set(await found())).toEqual(new Set(idsOf([drafts[1]!, drafts[3]!])))
  })

  test('a search says whether the model of its vector is known at all', async () => {
    const { store } = under
    const owner = nextId()
    const vector = Float32Array.of(1, 0)
    await create(store, { owner, content: 'numbat', embedding: { model: 'known', vector } })
    const isKnown = async (question: Partial<CandidateQuery>, filter: CapsuleFilter = { owner }) =>
      (await store.capsules.search({ ...question, filter, perSignal: 5 }, RANKING)).isModelKnown
    expect(await isKnown({ embedding: { model: 'nobody’s', vector } })).toBe(false)
    expect(await isKnown({ embedding: { model: 'known', vector } }, { owner: nextId() })).toBe(true)
    expect(await isKnown({ text: 'nothing holds this' })).toBe(true)
  })
}

const candidateOf = ({ candidate }: Hit): Candidate => candidate

function testFreshness(under: Under): void {
  test('an answer names the sequence it has seen, at least the one asked for', async () => {
    const { store } = under
    const { sequence } = await commit(store, noteOf())
    const answer = await store.capsules.candidates({ text: 'x', filter: {}, perSignal: 1, minSequence: sequence })
    expect(answer.sequence).toBeGreaterThanOrEqual(sequence)
  })

  test('waits for a sequence that is about to come', async () => {
    const { store } = under
    const owner = nextId()
    const minSequence = store.head() + 1
    const asked = store.capsules.candidates({ text: 'numbat', filter: { owner }, perSignal: 5, minSequence })
    const draft = await create(store, { owner, content: 'numbat' })
    const answer = await asked
    expect(answer.sequence).toBeGreaterThanOrEqual(minSequence)
    expect(idsOf(answer.candidates)).toEqual([draft.id])
  })

  test('says so when the sequence does not come', async () => {
    const { store } = under
    const minSequence = store.head() + 1000
    const ask = () => store.capsules.candidates({ text: 'x', filter: {}, perSignal: 1, minSequence })
    expect(await codeOf(ask)).toBe('UNAVAILABLE')
  })

  test('every search right after a receipt sees what it tells of, with many clients at once', async () => {
    const { store } = under
    const owner = nextId()
    const misses: string[] = []
    const client = async (number: number): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) {
        const word = `fresh${number}x${turn}`
        const vector = Float32Array.from({ length: 16 }, (_, index) => Math.sin(number * 31 + turn * 7 + index * 3))
        const embedding = { model: 'fresh', vector }
        const { id } = await create(store, { owner, content: word, embedding })
        const looks = await Promise.all([
          search(store, { owner }, { text: word }),
          search(store, { owner }, { embedding, perSignal: 1 }),
          store.capsules.list({ owner }, { limit: 100 }).then(({ items }) => items),
          store.capsules
            .search({ text: word, filter: { owner }, perSignal: 5 }, RANKING)
            .then(({ hits }) => hits.map(({ capsule }) => capsule)),
        ])
        if (!looks.every((seen) => idsOf(seen).includes(id))) misses.push(word)
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, number) => client(number)))
    expect(misses).toEqual([])
  })
}
