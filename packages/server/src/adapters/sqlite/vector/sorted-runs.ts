import { CANDIDATE_BYTES } from './kernel/layout.ts'

/** Words of 32 bits of a candidate: its score, its slot, and what its exact score is not above. */
export const CANDIDATE_WORDS = CANDIDATE_BYTES / 4

/** Candidates from best to worst, by the places of their first words. */
export interface SortedRun {
  next: number
  readonly end: number
}

/** Takes the best candidate of runs of which not all are over; among equal scores the lower slot. Returns its place. */
export function takeBest(runs: readonly SortedRun[], floats: Float32Array, words: Uint32Array): number {
  let first: SortedRun | undefined
  for (const run of runs) {
    if (run.next === run.end) continue
    if (first !== undefined) {
      const [score, best] = [floats[run.next]!, floats[first.next]!]
      if (score < best || (score === best && words[run.next + 1]! > words[first.next + 1]!)) continue
    }
    first = run
  }
  if (first === undefined) throw new RangeError('all runs of candidates are over')
  const place = first.next
  first.next += CANDIDATE_WORDS
  return place
}
