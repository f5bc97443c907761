import { expect, test } from 'vitest'
import type { CandidateQuery } from '#capsules'
import { readQuestion } from '../../domain/capsules/search/question.ts'
import { createAll, draftOf, getHead, RANKING } from '../../domain/capsules/testing.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { createFolders, openTestStore } from './testing.ts'
import { createRandom } from './vector/clustered-vectors.ts'

const folder = createFolders()
const DIMENSIONS = 8
const WORDS = ['heron', 'quarry', 'lantern', 'meadow', 'anvil']

const random = createRandom(5)
const vectorOf = (): Float32Array => Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)

/** More than are scanned as one, so that several rounds of them wait. */
const QUESTIONS = Array.from({ length: 40 }, (_, at): CandidateQuery => {
  const text = at % 3 === 0 ? undefined : WORDS[at % WORDS.length]!
  const embedding = at % 4 === 1 && text !== undefined ? undefined : { model: 'm', vector: vectorOf() }
  const filter = at % 5 === 2 ? { tags: ['even'] } : at % 7 === 3 ? { minTrust: 50 } : {}
  return { text, embedding, filter, perSignal: 10 }
})

const rankingOf = ({ text = '' }: CandidateQuery) => ({ ...RANKING, question: readQuestion(text), limit: 5 })

async function openFilled() {
  const store = await openTestStore(folder())
  const drafts = Array.from({ length: 300 }, (_, at) =>
    draftOf({
      content: `a ${WORDS[at % WORDS.length]} and a ${WORDS[(at * 3) % WORDS.length]} by number ${at}`,
      tags: at % 2 === 0 ? ['even'] : [],
      embedding: { model: 'm', vector: vectorOf() },
    }),
  )
  await createAll(store, drafts)
  return { store, drafts }
}

test('searches that wait for one reader at the same time find what each of them finds alone', async () => {
  const { store, drafts } = await openFilled()
  await using _ = store
  const ask = (query: CandidateQuery) => store.capsules.search(query, rankingOf(query))
  const alone = []
  for (const query of QUESTIONS) alone.push((await ask(query)).hits)
  const [together, head] = await Promise.all([
    Promise.all(QUESTIONS.map(async (query) => (await ask(query)).hits)),
    getHead(store, drafts[0]!.id),
  ])
  expect(together).toEqual(alone)
  expect(alone.every((hits) => hits.length > 0)).toBe(true)
  expect(head?.id).toBe(drafts[0]!.id)
})

test('a search that fails among others that wait fails alone', async () => {
  const { store } = await openFilled()
  await using _ = store
  const wrong: CandidateQuery = { embedding: { model: 'm', vector: Float32Array.of(1, 2) }, filter: {}, perSignal: 10 }
  const asked = [...QUESTIONS.slice(0, 6), wrong, ...QUESTIONS.slice(6, 12)]
  const codes = await Promise.all(asked.map((query) => codeOf(() => store.capsules.search(query, rankingOf(query)))))
  expect(codes).toEqual(asked.map((query) => (query === wrong ? 'EMBEDDING_MISMATCH' : 'carried out')))
})

test('a search among others that wait finds what was acknowledged before it was asked', async () => {
  const { store } = await openFilled()
  await using _ = store
  for (let round = 0; round < 5; round++) {
    const before = QUESTIONS.slice(0, 3).map((query) => store.capsules.search(query, rankingOf(query)))
    const draft = draftOf({ content: `a kestrel of round ${round}`, embedding: { model: 'm', vector: vectorOf() } })
    await createAll(store, [draft])
    const query: CandidateQuery = {
      text: 'kestrel',
      embedding: draft.embedding ?? undefined,
      filter: {},
      perSignal: 10,
    }
    const found = await Promise.all([1, 2, 3].map(() => store.capsules.search(query, rankingOf(query))))
    for (const { hits } of found) expect(hits.map(({ capsule }) => capsule.id)).toContain(draft.id)
    await Promise.all(before)
  }
})

test('searches in the space of a model that is new are found by readers that have searched together before', async () => {
  const { store } = await openFilled()
  await using _ = store
  await Promise.all(QUESTIONS.map((query) => store.capsules.search(query, rankingOf(query))))
  const draft = draftOf({ content: 'in another space', embedding: { model: 'other', vector: Float32Array.of(1, 0) } })
  await createAll(store, [draft])
  const query: CandidateQuery = {
    embedding: { model: 'other', vector: Float32Array.of(1, 0) },
    filter: {},
    perSignal: 10,
  }
  const found = await Promise.all([1, 2, 3, 4].map(() => store.capsules.search(query, rankingOf(query))))
  for (const { hits } of found) expect(hits.map(({ capsule }) => capsule.id)).toEqual([draft.id])
})
