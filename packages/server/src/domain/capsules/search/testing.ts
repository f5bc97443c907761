import { FIELD_WEIGHTS } from '../text/bm25.ts'
import { visitTerms } from '../text/index-terms.ts'
import type { Candidate } from './candidate.ts'
import { readQuestion } from './question.ts'
import type { Ranking } from './rank.ts'
import { type Passage, QUESTION_MARK, type RankingSource, SENTENCE_MARK, TERM_MIN } from './ranking-source.ts'

/** A passage as a test writes it down. */
export interface Written extends Partial<Pick<Passage, 'thread' | 'position' | 'speaker' | 'at'>> {
  readonly id: string
  readonly text: string
  readonly title?: string
  readonly signals?: Candidate['signals']
}

/** What ranking reads, from a list. */
export interface WrittenSource extends RankingSource {
  readonly candidates: readonly Candidate[]
}

export function writeSource(written: readonly Written[]): WrittenSource {
  const numbers = new Map<string, number>()
  const spellings: string[] = []
  const numberOf = (term: string, spelling: string): number => {
    const number = numbers.get(term) ?? TERM_MIN + numbers.size
    numbers.set(term, number)
    spellings[number] ??= spelling
    return number
  }
  const encode = (text: string): Uint32Array => {
    const stream: number[] = []
    visitTerms(text, {
      term: ({ stemmed, plain }) => stream.push(numberOf(stemmed, plain)),
      functionWord: () => undefined,
      sentenceEnd: (isQuestion) => stream.push(isQuestion ? QUESTION_MARK : SENTENCE_MARK),
    })
    return Uint32Array.from(stream)
  }
  const passages = written.map(
    ({ id, text, title = '', signals = {}, thread, position, speaker, at }): Passage => ({
      candidate: { id, version: '1.0.0', effectiveTrust: 60, validFrom: 0, signals },
      terms: { title: encode(title), tags: encode(''), content: encode(text) },
      ...{ thread, position, speaker, at },
    }),
  )
  const termsIn = (field: Uint32Array): number => field.filter((number) => number >= TERM_MIN).length
  const length = passages.reduce(
    (sum, { terms }) => sum + FIELD_WEIGHTS.title * termsIn(terms.title) + termsIn(terms.content),
    0,
  )
  return {
    candidates: passages.map(({ candidate }) => candidate),
    size: () => ({ documents: passages.length, length }),
    findTerm: (term) => numbers.get(term),
    holders: (term) =>
      passages.filter(({ terms }) => terms.content.includes(term) || terms.title.includes(term)).length,
    spellings: { of: (term) => spellings[term] },
    read: (candidates) => candidates.map(({ id }) => passages.find(({ candidate }) => candidate.id === id)!),
    readThread: (thread, position, reach) =>
      passages
        .filter((each) => each.thread === thread && Math.abs((each.position ?? 0) - position) <= reach)
        .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)),
    cosines: (asked) => asked.map(({ candidate }) => candidate.signals.vector),
  }
}

/** An order by the signals alone. */
export const rankingOf = (question = '', options: Partial<Ranking> = {}): Ranking => ({
  question: readQuestion(question),
  sees: 'words',
  weights: { lexical: 1, position: 1, vector: 1, graph: 1 },
  trustBoost: 0,
  freshnessBoost: 0,
  now: 0,
  limit: 50,
  diversity: 0,
  ...options,
})
