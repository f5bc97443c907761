import { describe, expect, test } from 'vitest'
import { nextId, shareStore } from '../../platform/store/testing.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import { type NamedSpeaker, readQuestion } from './search/question.ts'
import type { Hit } from './search/rank.ts'
import {
  addVersion,
  create,
  idsOf,
  type OpenStore,
  RANKING,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

/** What a store gives to ranking: sessions, documents, speakers, and nothing that the filter keeps back. */
export function describeRanking(name: string, open: OpenStore): void {
  describe(`${name}: ranking`, () => {
    const under = shareStore(open)
    describe('sessions and documents', () => testThreads(under))
    describe('speakers', () => testSpeakers(under))
  })
}

interface Turn {
  readonly content: string
  readonly index: number
  readonly speaker?: string
  readonly session?: number
  readonly at?: string
}

const turn = ({ content, index, speaker = 'Ada', session = 1, at }: Turn, owner: string): Partial<CapsuleDraft> => ({
  owner,
  content,
  source: { kind: 'chat', conversation: 'talk', session, index, speaker, ...(at !== undefined && { at }) },
})

async function talk(store: Under['store'], owner: string, turns: readonly Turn[]): Promise<readonly CapsuleDraft[]> {
  const drafts: CapsuleDraft[] = []
  for (const each of turns) drafts.push(await create(store, turn(each, owner)))
  return drafts
}

const ask = async (
  store: Under['store'],
  filter: CapsuleFilter,
  text: string,
  named: readonly NamedSpeaker[] = [],
): Promise<readonly Hit[]> => {
  const question = readQuestion(text, named)
  return (await store.capsules.search({ text: question.words, filter, perSignal: 50 }, { ...RANKING, question })).hits
}

const found = (hits: readonly Hit[]): readonly string[] => idsOf(hits.map(({ capsule }) => capsule))

function testThreads(under: Under): void {
  test('what stands beside a candidate in its session is ranked as well, what is further away or elsewhere is not', async () => {
    const { store } = under
    const owner = nextId()
    const [question, answer] = await talk(store, owner, [
      { content: 'Which numbat did you see?', index: 0 },
      { content: 'The small one by the river.', index: 1, speaker: 'Bo' },
      { content: 'Rain in another session.', index: 1, session: 2 },
    ])
    const hits = await ask(store, { owner }, 'Which numbat was it?')
    expect(found(hits)).toEqual([answer!.id, question!.id])
    expect(hits[0]?.signals.reply?.raw).toBeGreaterThan(0)
    expect(hits[0]?.candidate.signals.lexical).toBeUndefined()
  })

  test('two owners, lanes or conversations of one name are apart', async () => {
    const { store } = under
    const [owner, other] = [nextId(), nextId()]
    const same: Turn = { content: 'Which numbat?', index: 0 }
    const next: Turn = { content: 'The small one.', index: 1 }
    const mine = await create(store, { ...turn(same, owner), lane: 'a' })
    await create(store, { ...turn(next, owner), lane: 'b' })
    await create(store, { ...turn(next, other), lane: 'a' })
    expect(found(await ask(store, {}, 'Which numbat?'))).not.toContain(other)
    expect(found(await ask(store, { owner }, 'Which numbat?'))).toEqual([mine.id])
  })

  test('a neighbour that does not pass the filter is neither found nor counted', async () => {
    const { store } = under
    const owner = nextId()
    const [question, distrusted, archived] = await talk(store, owner, [
      { content: 'Which quokka did you see?', index: 0 },
      { content: 'The small quokka.', index: 1 },
      { content: 'The large quokka.', index: 2 },
    ])
    await setTrust(store, distrusted!.id, 10)
    await setStatus(store, archived!.id, 'ARCHIVED')
    const alone = await ask(store, { owner, minTrust: 40 }, 'Which quokka?')
    expect(found(alone)).toEqual([question!.id])
    const { neighbourhood, passage } = alone[0]!.signals
    expect(neighbourhood?.raw).toBeCloseTo(passage?.raw ?? 0, 9)
    expect(found(await ask(store, { owner, minTrust: 0 }, 'Which quokka?'))).toContain(distrusted!.id)
  })

  test('the chunks of a document are neighbours', async () => {
    const { store } = under
    const owner = nextId()
    const document = await create(store, { owner, content: 'whole', indexed: false })
    const chunk = (content: string, index: number) =>
      create(store, { owner, content, partOf: { id: document.id, place: `p${index}`, index } })
    const [first, second] = [await chunk('The bilby digs.', 0), await chunk('It does so at night.', 1)]
    expect(found(await ask(store, { owner }, 'bilby'))).toEqual([first.id, second.id])
  })

  test('as of a moment, the neighbour is the version that was valid then', async () => {
    const { store } = under
    const owner = nextId()
    const first = await create(store, { ...turn({ content: 'Which dingo?', index: 0 }, owner), validFrom: 1000 })
    const second = await create(store, { ...turn({ content: 'An old answer.', index: 1 }, owner), validFrom: 1000 })
    await addVersion(store, versionOf(second, '2.0.0', { content: 'A new answer.', validFrom: 2000 }))
    const then = await ask(store, { owner, asOf: 1500 }, 'Which dingo?')
    expect(then.map(({ capsule }) => capsule.content).toSorted()).toEqual(['An old answer.', 'Which dingo?'])
    const now = await ask(store, { owner }, 'Which dingo?')
    expect(now.map(({ capsule }) => capsule.content).toSorted()).toEqual(['A new answer.', 'Which dingo?'])
    expect(found(now)).toContain(first.id)
  })

  test('the moment something was said counts where the question names a date', async () => {
    const { store } = under
    const owner = nextId()
    const [, may] = await talk(store, owner, [
      { content: 'The quoll came.', index: 0, session: 1, at: '2023-07-20T10:00:00.000Z' },
      { content: 'The quoll came.', index: 0, session: 2, at: '2023-05-08T10:00:00.000Z' },
    ])
    const [best] = await ask(store, { owner }, 'Which quoll came on 7 May?')
    expect(best?.capsule.id).toBe(may!.id)
    expect(best?.signals.date?.raw).toBe(1)
  })
}

function testSpeakers(under: Under): void {
  test('names mean those who speak in what passes the filter, by whole name or first word', async () => {
    const { store } = under
    const owner = nextId()
    await create(store, { ...turn({ content: 'Hello.', index: 0, speaker: 'Ada Byron' }, owner), lane: 'a' })
    await create(store, { ...turn({ content: 'Hello!', index: 1, speaker: 'Bo' }, owner), lane: 'b' })
    const names = ['Ada', 'Ada Byron', 'Bo', 'Byron', 'ada', 'Nobody', '']
    const all = await store.capsules.findSpeakers({ owner }, names)
    expect(all).toEqual([
      { name: 'Ada', speaker: 'Ada Byron' },
      { name: 'Ada Byron', speaker: 'Ada Byron' },
      { name: 'Bo', speaker: 'Bo' },
    ])
    expect(await store.capsules.findSpeakers({ owner, lane: 'b' }, names)).toEqual([{ name: 'Bo', speaker: 'Bo' }])
    expect(await store.capsules.findSpeakers({ owner: nextId() }, names)).toEqual([])
    expect(await store.capsules.findSpeakers({ owner, minTrust: 61 }, names)).toEqual([])
  })

  test('who is named and said it comes before who said the same', async () => {
    const { store } = under
    const owner = nextId()
    const [, bo] = await talk(store, owner, [
      { content: 'The wombat sleeps.', index: 0, session: 1, speaker: 'Ada' },
      { content: 'The wombat sleeps.', index: 0, session: 2, speaker: 'Bo' },
    ])
    const named = await store.capsules.findSpeakers({ owner }, ['Bo'])
    const [best] = await ask(store, { owner }, 'What does Bo say of the wombat?', named)
    expect(best?.capsule.id).toBe(bo!.id)
  })
}
