import type { Corpus } from './data/corpus.ts'
import type { Truth } from './data/truth.ts'
import type { BenchOptions } from './options.ts'
import type { Report } from './report.ts'

/** What every section works with. */
export interface BenchContext {
  readonly options: BenchOptions
  readonly report: Report
  readonly corpus: Corpus
  readonly truth: Truth
  /** A temporary folder that is removed at the end. */
  readonly folder: string
}
