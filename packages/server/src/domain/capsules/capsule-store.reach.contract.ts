import { describe, expect, test } from 'vitest'
import { createSeeded, nextId, pick, shareStore } from '../../platform/store/testing.ts'
import type { CapsuleReach } from './access/capsule-reach.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import { namesIn, readQuestion } from './search/question.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  idsOf,
  link,
  type OpenStore,
  parentOf,
  RANKING,
  randomVector,
  search,
  setStatus,
  type Under,
  versionOf,
} from './testing.ts'

const NOTHING: CapsuleReach = { owners: [], ids: [], namespaces: [], licences: [] }
const WORDS = ['lantern', 'harbour', 'quokka', 'numbat', 'running', 'Which', 'seal', 'ice']
const [MODEL, DIMENSIONS] = ['reach', 16] as const

/** Answers for a caller who may read some capsules: they are those of a store in which there are no others. */
export function describeReach(name: string, open: OpenStore): void {
  describe(`${name}: reach`, () => {
    test('what is outside changes nothing: not what is found, nor how much it scores, nor who is known to speak', async () => {
      const random = createSeeded(29)
      const [mine, other] = [nextId(), nextId()]
      const own = drafts(random, mine, 40)
      const [alone, among] = [await open(), await open()]
      await fill(alone, own)
      await fill(among, own, drafts(random, other, 200, own))
      const reach: CapsuleReach = { ...NOTHING, owners: [mine] }
      for (let round = 0; round < 20; round++) {
        const text = `${pick(random, WORDS)} ${pick(random, WORDS)} ${pick(random, SPEAKERS)}?`
        const embedding = { model: MODEL, vector: randomVector(random, DIMENSIONS) }
        const asked = { ...(round % 3 !== 1 && { text }), ...(round % 3 !== 0 && { embedding }), perSignal: 1000 }
        for (const filter of FILTERS)
          expect(await answers(among, { ...filter, reach }, asked), text).toEqual(
            await answers(alone, { ...filter, reach }, asked),
          )
      }
    })

    test('nothing is within where nothing is named, nor where nobody has what is named', async () => {
      const { store } = await open()
      await create(store, { content: 'The numbat digs.' })
      for (const reach of [
        NOTHING,
        { ...NOTHING, namespaces: [{}] },
        { ...NOTHING, owners: [nextId()], ids: [nextId(), 'no id'], namespaces: [{ lane: 'nobody' }] },
      ]) {
        expect((await store.capsules.list({ reach }, { limit: 10 })).items).toEqual([])
        expect((await store.capsules.listRevisions({ reach }, { limit: 10 })).items).toEqual([])
        expect(await search(store, { reach }, { text: 'numbat' })).toEqual([])
      }
    })

    describe('each way', () => testWays(shareStore(open)))
  })
}

const SPEAKERS = ['Ada', 'Bo', 'Cy']
const FILTERS: readonly CapsuleFilter[] = [
  {},
  { statuses: ['ACTIVE', 'ARCHIVED'] },
  { minTrust: 61 },
  { chunks: true },
  { knownAt: Number.MAX_SAFE_INTEGER },
]

/** @param parents what some of them derive from, beside each other. */
function drafts(
  random: () => number,
  owner: string,
  count: number,
  parents: readonly CapsuleDraft[] = [],
): readonly CapsuleDraft[] {
  const made: CapsuleDraft[] = []
  const document = draftOf({ owner, content: 'whole', indexed: false })
  made.push(document)
  for (let index = 0; index < count; index++) {
    const known = [...parents, ...made]
    made.push(
      draftOf({
        owner,
        trust: 40 + Math.floor(random() * 60),
        content: Array.from({ length: 2 + Math.floor(random() * 12) }, () => pick(random, WORDS)).join(' '),
        embedding: random() < 0.8 ? { model: MODEL, vector: randomVector(random, DIMENSIONS) } : null,
        partOf: random() < 0.3 ? { id: document.id, place: `p${index}`, index } : null,
        parents: random() < 0.2 ? [parentOf(pick(random, known).id)] : [],
        source: { kind: 'chat', conversation: 'talk', session: 1, index, speaker: pick(random, SPEAKERS) },
      }),
    )
  }
  return made
}

/** The owners' own first, so that what another adds comes later, beside it and linked to it. */
async function fill({ store }: Under, own: readonly CapsuleDraft[], others: readonly CapsuleDraft[] = []) {
  await createAll(store, own)
  await createAll(store, others)
  await link(store, own[1]!.id, own[2]!.id, 'RELATED_TO', 1)
  for (const [index, { id }] of others.slice(1, 30).entries()) {
    const near = own[index + 1]!
    await link(store, id, near.id, 'RELATED_TO', 1)
    if (index % 5 === 0) await setStatus(store, id, 'ARCHIVED')
  }
  await setStatus(store, own[5]!.id, 'ARCHIVED')
  await addVersion(store, versionOf(own[7]!, '1.1.0', { content: 'numbat on the ice' }))
}

type Asked = Omit<Parameters<typeof search>[2], 'filter'>

async function answers({ store }: Under, filter: CapsuleFilter, asked: Asked) {
  const question = readQuestion(asked.text ?? '')
  const [candidates, searched, listed] = await Promise.all([
    search(store, filter, asked),
    store.capsules.search({ ...asked, filter, perSignal: asked.perSignal ?? 50 }, { ...RANKING, question }),
    store.capsules.list(filter, { limit: 1000 }),
  ])
  const speakers = await store.capsules.findSpeakers(filter, namesIn(asked.text ?? ''))
  return {
    candidates: candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, signals }) => ({ id, signals })),
    hits: searched.hits.map(({ capsule, score }) => ({ id: capsule.id, score })),
    listed: idsOf(listed.items),
    speakers,
  }
}

function testWays(under: Under): void {
  const listed = async (reach: Partial<CapsuleReach>, filter: CapsuleFilter = {}) =>
    idsOf((await under.store.capsules.list({ ...filter, reach: { ...NOTHING, ...reach } }, { limit: 100 })).items)

  test('a document that is within brings its chunks along, and a chunk not its document', async () => {
    const document = await create(under.store, { content: 'whole', indexed: false })
    const partOf = { id: document.id, place: 'p', index: 0 }
    const chunk = await create(under.store, { content: 'The bilby digs.', partOf })
    expect(await listed({ ids: [document.id] })).toEqual([chunk.id, document.id])
    expect(await listed({ ids: [chunk.id] })).toEqual([chunk.id])
    const reach = { ...NOTHING, ids: [document.id] }
    expect(idsOf(await search(under.store, { reach }, { text: 'bilby' }))).toEqual([chunk.id])
  })

  test('of a namespace all that is named must match', async () => {
    const [owner, other] = [nextId(), nextId()]
    const both = await create(under.store, { owner, lane: 'reach-a', fold: 'reach-b' })
    const one = await create(under.store, { owner, lane: 'reach-a' })
    const theirs = await create(under.store, { owner: other, lane: 'reach-a' })
    expect(await listed({ namespaces: [{ lane: 'reach-a', fold: 'reach-b' }] })).toEqual([both.id])
    expect(await listed({ namespaces: [{ owner, lane: 'reach-a' }] })).toEqual([one.id, both.id])
    expect(await listed({ namespaces: [{ lane: 'reach-a' }] })).toEqual([theirs.id, one.id, both.id])
  })

  test('the head decides about every version: what was public and is not any more is not within, then or now', async () => {
    const owner = nextId()
    const first = await create(under.store, { owner, licence: 'public', content: 'An open dingo.', validFrom: 1000 })
    expect(await listed({ licences: ['public'] }, { owner })).toEqual([first.id])
    const second = versionOf(first, '1.1.0', { licence: 'private', content: 'A shut dingo.', validFrom: 2000 })
    await addVersion(under.store, second)
    const reach: CapsuleReach = { ...NOTHING, licences: ['public'] }
    expect(await listed(reach, { owner })).toEqual([])
    expect(await listed(reach, { owner, asOf: 1500 })).toEqual([])
    expect(await search(under.store, { owner, reach, asOf: 1500 }, { text: 'dingo' })).toEqual([])
    await addVersion(under.store, versionOf(first, '1.2.0', { licence: 'public', validFrom: 3000 }))
    expect(idsOf(await search(under.store, { owner, reach, asOf: 2500 }, { text: 'dingo' }))).toEqual([first.id])
    expect(await listed(reach, { owner, asOf: 1500 })).toEqual([first.id])
  })

  test('the facts of a capsule are those of its head', async () => {
    const document = await create(under.store, { indexed: false })
    const fields = { identity: 'i', lane: 'l', fold: 'f', tags: ['t'], trust: 70, licence: 'private' } as const
    const partOf = { id: document.id, place: 'p', index: 0 }
    const chunk = await create(under.store, { ...fields, type: 'code', partOf })
    await addVersion(under.store, versionOf(chunk, '1.1.0', { licence: 'for-sale', lane: 'm' }))
    const facts = await under.store.capsules.getFacts([nextId(), chunk.id, 'no id', document.id])
    expect(facts).toEqual([
      expect.objectContaining({
        ...{ id: chunk.id, owner: chunk.owner, type: 'code', tags: ['t'], status: 'ACTIVE', effectiveTrust: 60 },
        ...{ identity: 'i', lane: 'm', fold: 'f', licence: 'for-sale', document: document.id },
      }),
      expect.objectContaining({ id: document.id, document: null, licence: 'private' }),
    ])
  })
}
