import { damping, meanLengthOf, mostOf, rarity } from '../../../domain/capsules/rules/index.ts'
import type { SlotBitmap } from '../vector/index.ts'
import type { IndexPart } from './index-part.ts'
import type { LexicalIndex } from './lexical-index.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'
import { type Damping, TermCursor } from './term-cursor.ts'
import { type FoundDocument, TopDocuments } from './top-documents.ts'

export interface TermQuery {
  /** Numbers of distinct terms. */
  readonly terms: readonly number[]
  readonly parts: readonly Part[]
  readonly limit: number
  /** Whether a document may be found at all. */
  readonly admits: (capsule: number, version: number) => boolean
  /** The capsules among which words are counted; all when left out. */
  readonly within?: SlotBitmap | undefined
}

/** A term of the query with the most that it adds. */
interface WeighedTerm {
  readonly term: number
  readonly most: number
}

/** Documents that are scored together: their scores lie in a few pages of memory. */
const WINDOW = 4096
/** More than what adding the same numbers in another order makes of a sum. */
const ROUNDING = 1 + 1e-9

const scores = new Float64Array(WINDOW)
const touched = new Uint32Array(WINDOW / 32)

/**
 * The best documents by BM25, exactly those that scoring every document would find: MaxScore with bounds of blocks.
 * What cannot get among the best by the bounds of its terms is not read.
 *
 * @see H. Turtle, J. Flood, "Query evaluation: strategies and optimizations", 1995; S. Ding, T. Suel, "Faster top-k
 *   document retrieval using block-max indexes", 2011; the windows are those of Lucene's MaxScore scorer.
 */
export function searchTerms(index: LexicalIndex, { terms, parts, limit, admits, within }: TermQuery): FoundDocument[] {
  const { documents, length, holders } = index.statistics(parts, within)
  const mean = meanLengthOf(length, documents)
  const fixed = damping(0, mean)
  const damp: Damping = { fixed, perLength: damping(1, mean) - fixed }
  const weighed = terms.flatMap((term): WeighedTerm[] => {
    const held = holders(term)
    return held > 0 ? [{ term, most: mostOf(rarity(documents, held)) }] : []
  })
  const top = new TopDocuments(limit)
  for (const part of parts) searchPart(index, index.part(part), weighed, damp, { top, admits })
  return top.sorted()
}

interface Found {
  readonly top: TopDocuments
  readonly admits: TermQuery['admits']
}

function searchPart(
  index: LexicalIndex,
  { segments, tail }: IndexPart,
  terms: readonly WeighedTerm[],
  damp: Damping,
  found: Found,
): void {
  for (const segment of segments) {
    const cursors = terms.flatMap(({ term, most }) => {
      const { postings } = index.term(segment, term)
      return postings ? new TermCursor(postings, most, damp, segment.row.lengths) : []
    })
    if (cursors.length > 0) searchSegment(segment, cursors, found)
  }
  searchTail(tail, terms, damp, found)
}

function searchSegment(segment: Segment, cursors: TermCursor[], found: Found): void {
  const { versions } = segment.row
  for (let from = earliestOf(cursors, 0); from < versions.length; ) {
    const to = Math.min(from + WINDOW, versions.length)
    for (const cursor of cursors) cursor.enter(from, to)
    cursors.sort((left, right) => left.bound - right.bound)
    searchWindow(segment, cursors, { from, to }, found)
    from = earliestOf(cursors, to)
  }
}

const earliestOf = (cursors: readonly TermCursor[], from: number): number =>
  cursors.reduce((least, cursor) => Math.min(least, cursor.earliest(from)), Number.POSITIVE_INFINITY)

interface Window {
  readonly from: number
  readonly to: number
}

/**
 * Terms that together cannot lift a document among the best are asked only about documents that the others bring up.
 *
 * @param cursors by what they can add in the window, least first.
 */
function searchWindow(segment: Segment, cursors: readonly TermCursor[], window: Window, { top, admits }: Found): void {
  const { versions, capsules } = segment.row
  const first = versions[window.from]!
  const sums = prefixSums(cursors)
  const total = sums.at(-1)!
  if (!top.admits(total, first)) return
  let essential = 0
  while (!top.admits(sums[essential]!, first)) essential++
  for (let at = cursors.length - 1; at >= essential; at--) {
    const cursor = cursors[at]!
    const others = total - cursor.bound
    cursor.addAll(window, scores, touched, (bound) => top.admits((bound + others) * ROUNDING, first))
  }
  forEachTouched(window.to - window.from, (place) => {
    const document = window.from + place
    const version = versions[document]!
    const sum = scores[place]!
    scores[place] = 0
    const rest = essential > 0 ? sums[essential - 1]! : 0
    if (!top.admits(sum * ROUNDING + rest, version)) return
    if (segment.isDead(document) || !admits(capsules[document]!, version)) return
    const score = complete(cursors, { essential, sums }, document, sum, (most) => top.admits(most, version))
    if (score !== undefined) top.offer({ version, capsule: capsules[document]!, score })
  })
}

/** Adds what the terms give a document that were not gone through; undefined as soon as it cannot be enough. */
function complete(
  cursors: readonly TermCursor[],
  { essential, sums }: { readonly essential: number; readonly sums: readonly number[] },
  document: number,
  sum: number,
  isEnough: (most: number) => boolean,
): number | undefined {
  let score = sum
  for (let at = essential - 1; at >= 0; at--) {
    const rest = at > 0 ? sums[at - 1]! : 0
    const added = cursors[at]!.scoreOf(document, (bound) => isEnough((score + bound) * ROUNDING + rest))
    if (added === undefined) return undefined
    score += added
    if (!isEnough(score * ROUNDING + rest)) return undefined
  }
  return score
}

/** What the first terms, up to each, can add together. */
function prefixSums(cursors: readonly TermCursor[]): number[] {
  let sum = 0
  return cursors.map(({ bound }) => {
    sum += bound
    return sum * ROUNDING
  })
}

/** Calls `visit` for each marked document of the window, in order, and takes the marks away. */
function forEachTouched(documents: number, visit: (place: number) => void): void {
  for (let word = 0; word < Math.ceil(documents / 32); word++) {
    for (let rest = touched[word]!; rest !== 0; rest &= rest - 1) visit(word * 32 + 31 - Math.clz32(rest & -rest))
    touched[word] = 0
  }
}

/** What is not in a segment yet is scored one by one: it is little. */
function searchTail(
  tail: Tail,
  terms: readonly WeighedTerm[],
  { fixed, perLength }: Damping,
  { top, admits }: Found,
): void {
  const sums = new Map<number, number>()
  for (const { term, most } of terms) {
    const postings = tail.postings(term)
    for (let at = 0; at < postings.length; at += 2) {
      const ordinal = postings[at]!
      const weight = postings[at + 1]!
      const score = (most * weight) / (weight + fixed + perLength * tail.lengths[ordinal]!)
      sums.set(ordinal, (sums.get(ordinal) ?? 0) + score)
    }
  }
  for (const [ordinal, score] of sums) {
    const found = { version: tail.versions[ordinal]!, capsule: tail.capsules[ordinal]!, score }
    if (top.admits(score, found.version) && !tail.isDead(ordinal) && admits(found.capsule, found.version))
      top.offer(found)
  }
}
