import { dateMatch } from '../dates.ts'
import { scoreOf } from '../pool.ts'
import { TERM_MIN } from '../ranking-source.ts'
import { isTimeWord } from '../time-words.ts'
import type { View } from '../view.ts'

/** 1 for what was said by the one speaker that the question names. */
export function speaker({ pool, question }: View): readonly number[] | undefined {
  const [named, ...others] = question.speakers
  if (named === undefined || others.length > 0) return undefined
  return pool.entries.map(({ passage }) => Number(passage.speaker === named))
}

/** BM25 of the questions that were asked just before: what follows one that asks the same is its answer. */
export function reply({ pool }: View): readonly number[] | undefined {
  const lengths = pool.entries.map(({ counts }) => counts.asked.length).filter((length) => length > 0)
  if (lengths.length === 0) return undefined
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  return pool.entries.map(({ before }) =>
    before === undefined ? 0 : scoreOf(before.counts.asked, pool.rarities, meanLength),
  )
}

/** 1 for what ends by asking: it seldom answers. */
export const asks = ({ pool }: View): readonly number[] => pool.entries.map(({ counts }) => Number(counts.endsAsking))

/** How well the moment it was said fits the dates that the question names. */
export function date({ pool, question }: View): readonly number[] | undefined {
  if (question.dates.length === 0) return undefined
  const matchOf = (at: number): number => Math.max(...question.dates.map((each) => dateMatch(at, each)))
  return pool.entries.map(({ passage: { at } }) => (at === undefined ? 0 : matchOf(at)))
}

/** 1 for what holds a word of time, where the question asks when. */
export function time({ pool, question, source }: View): readonly number[] | undefined {
  if (!question.asksWhen) return undefined
  const known = new Map<number, boolean>()
  const tellsTime = (term: number): boolean => {
    let tells = known.get(term)
    if (tells === undefined) {
      tells = isTimeWord(source.spellings.of(term) ?? '')
      known.set(term, tells)
    }
    return tells
  }
  return pool.entries.map(({ passage }) =>
    Number(passage.terms.content.some((term) => term >= TERM_MIN && tellsTime(term))),
  )
}
