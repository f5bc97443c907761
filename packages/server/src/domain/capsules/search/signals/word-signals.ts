import { scoreOf } from '../pool.ts'
import { joinStretches } from '../term-counts.ts'
import { around, type View } from '../view.ts'

/** BM25 of the passage itself; that of the store for a question of words without meaning alone. */
export const passage = ({ pool }: View): readonly (number | undefined)[] =>
  pool.terms.length > 0
    ? pool.entries.map(({ counts }) => scoreOf(counts, pool.rarities, pool.meanLength))
    : pool.entries.map(({ passage: { candidate } }) => candidate.signals.lexical)

/** BM25 of the passage with what stands before and after it, as one text. */
export const neighbourhood = ({ pool }: View): readonly number[] =>
  pool.entries.map((entry) => {
    const joined = around(entry).map(({ counts }) => counts)
    return scoreOf(joinStretches(joined, pool.terms.length), pool.rarities, joined.length * pool.meanLength)
  })

/** BM25 of the session or document as a whole; what belongs to none is a document of its own. */
export function document({ pool }: View): readonly number[] | undefined {
  if (pool.threads.length === 0) return undefined
  const all = [...pool.threads, ...pool.entries.filter(({ thread }) => !thread).map(({ counts }) => counts)]
  const meanLength = all.reduce((sum, { length }) => sum + length, 0) / all.length
  const scores = new Map(pool.threads.map((thread) => [thread, scoreOf(thread, pool.rarities, meanLength)]))
  return pool.entries.map(
    ({ thread, counts }) => (thread && scores.get(thread)) ?? scoreOf(counts, pool.rarities, meanLength),
  )
}

/** Words that are neighbours in the question and here. */
export const pairs = ({ pool }: View): readonly number[] => pool.entries.map(({ counts }) => counts.pairs)
