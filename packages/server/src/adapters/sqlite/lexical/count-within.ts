import type { SlotBitmap } from '../vector/index.ts'
import type { IndexPart, TermStatistics } from './index-part.ts'
import { decodePostings, type Postings } from './postings.ts'
import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'

/** Documents of a segment or a tail: their capsules, lengths and whether they have left stand side by side. */
interface Documents {
  readonly capsules: ArrayLike<number>
  readonly lengths: ArrayLike<number>
  readonly isDead: (ordinal: number) => boolean
}

/**
 * The same numbers as in an index that holds the versions of these capsules and no others.
 *
 * @param postingsOf a term in a segment.
 */
export function countWithin(
  parts: readonly IndexPart[],
  within: SlotBitmap,
  postingsOf: (segment: Segment, term: number) => Postings | undefined,
): TermStatistics {
  let [documents, length] = [0, 0]
  const counts = ({ capsules, isDead }: Documents, ordinal: number): boolean =>
    within.has(capsules[ordinal]! - 1) && !isDead(ordinal)
  for (const all of parts.flatMap(documentsOf)) {
    for (let ordinal = 0; ordinal < all.capsules.length; ordinal++) {
      if (!counts(all, ordinal)) continue
      documents++
      length += all.lengths[ordinal]!
    }
  }
  const holders = (term: number): number => {
    let count = 0
    for (const { segments, tail } of parts) {
      for (const segment of segments) {
        const postings = postingsOf(segment, term)
        const all = ofSegment(segment)
        const held = postings ? decodePostings(postings).documents : []
        for (let at = 0; at < held.length; at++) count += Number(counts(all, held[at]!))
      }
      const postings = tail.postings(term)
      const all = ofTail(tail)
      for (let at = 0; at < postings.length; at += 2) count += Number(counts(all, postings[at]!))
    }
    return count
  }
  return { documents, length, holders }
}

const documentsOf = ({ segments, tail }: IndexPart): Documents[] => [...segments.map(ofSegment), ofTail(tail)]

const ofSegment = (segment: Segment): Documents => ({
  capsules: segment.row.capsules,
  lengths: segment.row.lengths,
  isDead: (ordinal) => segment.isDead(ordinal),
})

const ofTail = (tail: Tail): Documents => ({
  capsules: tail.capsules,
  lengths: tail.lengths,
  isDead: (ordinal) => tail.isDead(ordinal),
})
