import type { Sight } from '../embedding/index.ts'
import type { Entry, Pool } from './pool.ts'
import type { Question } from './question.ts'
import type { RankingSource } from './ranking-source.ts'
import type { SoftMatch } from './soft-match.ts'

/** All that a signal reads. */
export interface View {
  readonly question: Question
  readonly pool: Pool
  readonly source: RankingSource
  /** What the vector of the question sees, and those it is compared with. */
  readonly sees: Sight
  /** Cosine of each entry with the vector of the question, by its place in the pool. */
  readonly cosines: readonly (number | undefined)[]
  /** Undefined where no word vectors are at hand. */
  readonly soft: SoftMatch | undefined
}

/** An entry and its neighbours, in the order of the thread. */
export const around = (entry: Entry): readonly Entry[] =>
  [entry.before, entry, entry.after].filter((each) => each !== undefined)
