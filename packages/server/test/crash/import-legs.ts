import type { Door, ImportState } from './import-state.ts'

/** Where an import is when its process ends without warning: at this one of its writes or conversions, from 1. */
export interface Death {
  readonly at: 'write' | 'conversion'
  readonly number: number
  /** The step is under way; otherwise it is about to begin. */
  readonly isWithin: boolean
}

/** One import, and where it is cut off: by the first process at the first of them, and so on. */
export interface Leg extends Door {
  readonly deaths: readonly Death[]
}

/** What one process is to do. */
export interface LegsOrder {
  readonly legs: readonly Leg[]
  /** All legs, those that ended before as well. */
  readonly doors: readonly Door[]
  /** Data folder; null for a store in memory. */
  readonly data: string | null
  /** Milliseconds that the steps go on which are under way when it ends. */
  readonly afterMs: number
  /** Milliseconds since 1970; times from then on differ from run to run. */
  readonly since: number
}

/** What an import did in one process. */
export interface LegEnd {
  readonly name: string
  readonly state: string
  readonly writes: number
  readonly conversions: number
}

/** What a process says, line by line: each leg that ends and, when all have, what came of them. */
export type LegsLine = { readonly end: LegEnd } | { readonly result: ImportState }
