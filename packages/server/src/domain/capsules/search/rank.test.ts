import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import type { SoftMatcher } from '../embedding/index.ts'
import { readQuestion } from './question.ts'
import { type Placed, type Ranking, rank } from './rank.ts'
import { rankingOf, type Written, writeSource } from './testing.ts'

const WORDS = ['numbat', 'quokka', 'kakapo', 'bilby', 'quoll', 'dingo']
const signal = fc.option(fc.double({ min: -1, max: 50, noNaN: true }), { nil: undefined })
const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
const written = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    text: fc.array(fc.constantFrom(...WORDS, 'the', '.', '?'), { maxLength: 12 }).map((words) => words.join(' ')),
    signals: fc.record({ lexical: signal, vector: signal, graph: share }),
    thread: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    position: fc.nat({ max: 6 }),
    speaker: fc.option(fc.constantFrom('Ada', 'Bo'), { nil: undefined }),
    at: fc.option(fc.nat(), { nil: undefined }),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
)
const asked = fc
  .array(fc.constantFrom(...WORDS, 'When', 'Ada', 'in May'), { maxLength: 6 })
  .map((words) => readQuestion(words.join(' '), words.includes('Ada') ? [{ name: 'Ada', speaker: 'Ada' }] : []))

/** What is built in: it finds a cat near to a kitten. */
const MATCHER = createStaticSoftMatcher(sharedStaticTable())

const ranked = (list: readonly Written[], ranking: Ranking, matcher?: SoftMatcher): readonly Placed[] => {
  const source = writeSource(list)
  return rank(source.candidates, ranking, source, matcher)
}
const order = (placed: readonly Placed[]): readonly string[] => placed.map(({ candidate }) => candidate.id)

describe('a ranking', () => {
  test('loses no candidate, scores within 0-1, best first, each the sum of its parts', () => {
    fc.assert(
      fc.property(written, asked, fc.boolean(), (list, question, knowsWords) => {
        const placed = ranked(list, rankingOf('', { question }), knowsWords ? MATCHER : undefined)
        expect(order(placed).toSorted()).toEqual(list.map(({ id }) => id).toSorted())
        for (const [at, { relevance, confidence, score, signals }] of placed.entries()) {
          expect(Math.min(relevance, confidence, score)).toBeGreaterThanOrEqual(0)
          expect(Math.max(relevance, confidence, score)).toBeLessThanOrEqual(1 + 1e-9)
          const parts = Object.values(signals).reduce((sum, { part }) => sum + part, 0)
          expect(Math.max(0, parts)).toBeCloseTo(relevance, 9)
          expect(relevance).toBeLessThanOrEqual((placed[at - 1]?.relevance ?? 1) + 1e-9)
        }
      }),
    )
  })

  test('does not depend on the order in which candidates come', () => {
    fc.assert(
      fc.property(written, asked, (list, question) => {
        const source = writeSource(list)
        const ranking = rankingOf('', { question })
        expect(order(rank(source.candidates.toReversed(), ranking, source))).toEqual(
          order(rank(source.candidates, ranking, source)),
        )
      }),
    )
  })

  test('gives the first so many of a longer one', () => {
    fc.assert(
      fc.property(written, asked, fc.nat({ max: 10 }), (list, question, limit) => {
        const all = order(ranked(list, rankingOf('', { question })))
        expect(order(ranked(list, rankingOf('', { question, limit })))).toEqual(all.slice(0, limit))
      }),
    )
  })

  test('a signal that found nothing gives its weight to the others', () => {
    const [only] = ranked([{ id: 'a', text: 'a numbat' }], rankingOf('numbat'))
    expect(only?.score).toBeCloseTo(1, 9)
    expect(Object.keys(only?.signals ?? {}).toSorted()).toEqual(['neighbourhood', 'passage'])
  })

  test('a kind with the factor 0 says nothing', () => {
    const weights = { lexical: 0, position: 1, vector: 1, graph: 1 }
    const list = [
      { id: 'a', text: 'a numbat' },
      { id: 'b', text: 'no', signals: { vector: 0.5 } },
    ]
    expect(order(ranked(list, rankingOf('numbat', { weights })))).toEqual(['b', 'a'])
  })

  test('more of the words, nearer to each other, is better', () => {
    const list = [
      { id: 'apart', text: 'The numbat slept while the bilby ate.' },
      { id: 'near', text: 'The numbat bilby slept while it ate.' },
      { id: 'one', text: 'The numbat slept while the other ate.' },
    ]
    expect(order(ranked(list, rankingOf('numbat bilby')))).toEqual(['near', 'apart', 'one'])
  })

  test('says how well the best of it answers: words that nothing holds count most', () => {
    const list = [
      { id: 'a', text: 'The numbat sleeps.' },
      { id: 'b', text: 'The bilby eats.' },
    ]
    const confidenceOf = (question: string): number => ranked(list, rankingOf(question))[0]?.confidence ?? 0
    expect(confidenceOf('numbat sleeps')).toBeCloseTo(1, 9)
    expect(confidenceOf('numbat zyzzyva')).toBeLessThan(0.5)
    expect(confidenceOf('zyzzyva axolotl')).toBe(0)
  })
})

test.for([
  { what: 'turns are ranked by what surrounds them', words: 8, isPage: false },
  { what: 'pages are ranked by what they say themselves', words: 100, isPage: true },
])('$what', ({ words, isPage }) => {
  const filler = Array.from({ length: words }, (_, at) => `zq${at}`).join(' ')
  const list = [0, 1, 2].map((position) => ({
    id: `${position}`,
    text: position === 1 ? `numbat ${filler}` : filler,
    thread: 't',
    position,
  }))
  const { passage, neighbourhood } = ranked(list, rankingOf('numbat'))[0]?.signals ?? {}
  expect(passage!.part > neighbourhood!.part).toBe(isPage)
})

const TALK: readonly Written[] = [
  { id: 'ask', text: 'Which numbat did you see?', thread: 't', position: 0, speaker: 'Ada' },
  { id: 'answer', text: 'The small one by the river.', thread: 't', position: 1, speaker: 'Bo' },
  { id: 'other', text: 'Rain again.', thread: 'u', position: 5, speaker: 'Bo' },
]
const MAY = Date.UTC(2023, 4, 8)
const JUNE = Date.UTC(2023, 6, 20)

describe('position', () => {
  test('what follows a question that asks the same is brought up and stands before the question', () => {
    const source = writeSource(TALK)
    const [ask] = source.candidates
    expect(order(rank([ask!], rankingOf('Which numbat was seen?'), source))).toEqual(['answer', 'ask'])
  })

  test('who is named said it', () => {
    const list = [
      { id: 'bo', text: 'The numbat is small.', speaker: 'Bo' },
      { id: 'ada', text: 'The numbat is small.', speaker: 'Ada' },
    ]
    const question = readQuestion('What did Bo say of the numbat?', [{ name: 'Bo', speaker: 'Bo' }])
    expect(order(ranked(list, rankingOf('', { question })))).toEqual(['bo', 'ada'])
    const both = readQuestion('What did Bo and Ada say of the numbat?', [
      { name: 'Bo', speaker: 'Bo' },
      { name: 'Ada', speaker: 'Ada' },
    ])
    expect(ranked(list, rankingOf('', { question: both }))[0]?.signals.speaker).toBeUndefined()
  })

  test.for(['7 May', 'May 7th', '2023-05-07', 'in May 2023', 'the 10th of May'])(
    '%s is near what was said on 8 May',
    (date) => {
      const list = [
        { id: 'july', text: 'The numbat came.', at: JUNE },
        { id: 'may', text: 'The numbat came.', at: MAY },
        { id: 'unknown', text: 'The numbat came.' },
      ]
      expect(order(ranked(list, rankingOf(`Which numbat came ${date}?`)))[0]).toBe('may')
    },
  )

  test('when is answered by a time', () => {
    const list = [
      { id: 'a', text: 'The numbat came back.' },
      { id: 'b', text: 'The numbat came yesterday.' },
    ]
    expect(order(ranked(list, rankingOf('When did the numbat come?')))).toEqual(['b', 'a'])
  })
})

describe('meaning', () => {
  test('what follows a question that asks the same in other words is brought up by it', () => {
    const list = [
      { id: 'ask', text: 'Which automobile is yours?', thread: 't', position: 0 },
      { id: 'answer', text: 'The red one.', thread: 't', position: 1 },
      { id: 'said', text: 'An automobile.', thread: 'u', position: 0 },
      { id: 'next', text: 'The red one.', thread: 'u', position: 1 },
    ]
    const placed = ranked(list, rankingOf('car'), MATCHER)
    const nearness = Object.fromEntries(placed.map(({ candidate, signals }) => [candidate.id, signals.near_reply?.raw]))
    expect(nearness.answer).toBeGreaterThan(0.5)
    expect(nearness.next).toBe(0)
  })

  test('a word of like meaning is nearly as good as the word itself, a stranger is nothing', () => {
    const list = [
      { id: 'like', text: 'A kitten slept.' },
      { id: 'same', text: 'A cat slept.' },
      { id: 'stranger', text: 'A treaty slept.' },
    ]
    const placed = ranked(list, rankingOf('cat'), MATCHER)
    expect(order(placed)).toEqual(['same', 'like', 'stranger'])
    const nearness = placed.map(({ signals }) => signals.near_words?.raw ?? 0)
    expect(nearness[0]).toBeCloseTo(1, 6)
    expect(nearness[1]).toBeGreaterThan(0.5)
    expect(nearness[2]).toBe(0)
  })

  test('neighbours of a passage that is near to the question come before what stands alone', () => {
    const list = [
      { id: 'a', text: 'x', signals: { vector: 0.3 }, thread: 't', position: 0 },
      { id: 'b', text: 'x', signals: { vector: 0.9 }, thread: 't', position: 1 },
      { id: 'c', text: 'x', signals: { vector: 0.3 } },
      { id: 'd', text: 'x', signals: { vector: 0.1 } },
    ]
    expect(order(ranked(list, rankingOf()))).toEqual(['b', 'a', 'c', 'd'])
  })
})

describe('vectors of sentences', () => {
  const beside = (sees: Ranking['sees'], cosines: readonly number[]) => {
    const list = cosines.map((vector, position) => ({
      id: `${position}`,
      text: 'x',
      signals: { vector },
      thread: 't',
      position,
    }))
    const placed = ranked(list, rankingOf('', { sees }))
    return Object.fromEntries(placed.map(({ candidate, signals }) => [candidate.id, signals.surroundings?.raw]))
  }

  test('a stranger behind a passage does not hide how near it is, where vectors of words are averaged', () => {
    expect(beside('sentences', [0.8, 0])[0]).toBe(0.8)
    expect(beside('words', [0.8, 0])[0]).toBeLessThan(0.5)
  })

  test('what stands beside a passage that is near counts for less than that, and not for less than itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 }),
        (cosines) => {
          const raw = beside('sentences', cosines)
          for (const [at, cosine] of cosines.entries()) {
            const best = Math.max(...cosines.slice(Math.max(0, at - 1), at + 2))
            expect(raw[at]).toBeGreaterThanOrEqual(cosine)
            expect(raw[at]).toBeLessThanOrEqual(best)
          }
        },
      ),
    )
  })

  test.for([
    { what: 'turns', words: 4 },
    { what: 'pages', words: 100 },
  ])('weigh more among $what than vectors of words do', ({ words }) => {
    const filler = Array.from({ length: words }, (_, at) => `zq${at}`).join(' ')
    const list = [
      { id: 'a', text: `numbat ${filler}`, signals: { vector: 0.5 } },
      { id: 'b', text: filler, signals: { vector: 0.6 } },
    ]
    const shareOf = (sees: Ranking['sees']): number => {
      const best = ranked(list, rankingOf('numbat', { sees })).find(({ candidate }) => candidate.id === 'b')
      return best?.signals.meaning?.part ?? 0
    }
    expect(shareOf('sentences')).toBeGreaterThan(1.3 * shareOf('words'))
  })
})

test('diversity passes over what says the same, and changes nothing at 0', () => {
  const list = [
    { id: 'a', text: 'The numbat sleeps by the river.' },
    { id: 'b', text: 'The numbat sleeps by the river again.' },
    { id: 'c', text: 'A numbat and other animals eat ants in summer.' },
  ]
  const of = (diversity: number): readonly string[] =>
    order(ranked(list, rankingOf('numbat sleeps', { diversity, limit: 2 })))
  expect(of(0)).toEqual(['a', 'b'])
  expect(of(0.7)).toEqual(['a', 'c'])
})
