import { damping, meanLengthOf, mostOf, rarity, share } from '../text/bm25.ts'
import type { Candidate } from './candidate.ts'
import type { Passage, RankingSource } from './ranking-source.ts'
import { countTerms, joinStretches, type Stretch, type TermCounts } from './term-counts.ts'

/** Sessions and documents that are read around the best candidates. */
export const THREADS_MAX = 32
/** Passages of each that are read, to both sides of where the best candidate stands. */
export const THREAD_REACH = 32
/** Terms that are read with them: of conversations a good part, of long documents the neighbours of the best places. */
export const POOL_TERMS_MAX = 16_384
/** When so much was read, only neighbours are. */
const NEIGHBOURS_REACH = 2

/**
 * Mean terms of passages: up to the first they are turns, which are understood from what surrounds them; from the second on
 * they are pages, which say themselves what they are about.
 */
const TURN_TERMS = 20
const PAGE_TERMS = 80

/** A passage with what of the question stands in it, and its neighbours in its session or document. */
export interface Entry {
  /** Its place in the pool. */
  readonly at: number
  readonly passage: Passage
  readonly counts: TermCounts
  readonly before: Entry | undefined
  readonly after: Entry | undefined
  readonly thread: Stretch | undefined
}

/** All that is ranked for a question: the candidates, and what stands around them. */
export interface Pool {
  readonly terms: readonly string[]
  /** Their numbers; undefined for those that no text holds. */
  readonly numbers: readonly (number | undefined)[]
  /** How much each of the terms says about a text that holds it. */
  readonly rarities: readonly number[]
  /** Mean length of a passage, as BM25 counts it. */
  readonly meanLength: number
  /** How long passages are here: 0 as turns of talk, 1 as pages. */
  readonly pageLikeness: number
  readonly entries: readonly Entry[]
  /** The sessions and documents, as far as they were read. */
  readonly threads: readonly Stretch[]
}

type Draft = { -readonly [K in keyof Entry]: Entry[K] }

/**
 * Reads the candidates and the threads of the first of them, which are their neighbourhood: what is found there is ranked
 * beside them, whether or not a signal of the store brought it up.
 *
 * @param candidates best first.
 */
export function gatherPool(terms: readonly string[], candidates: readonly Candidate[], source: RankingSource): Pool {
  const numbers = terms.map((term) => source.findTerm(term))
  const { documents, length } = source.size()
  const rarities = numbers.map((number) => rarity(documents, number === undefined ? 0 : source.holders(number)))
  const places = new Map(numbers.flatMap((number, at) => (number === undefined ? [] : [[number, at] as const])))
  const entries = new Map<string, Draft>()
  const enter = (passage: Passage): Draft => {
    const known = entries.get(passage.candidate.id)
    if (known) return known
    const counts = countTerms(passage.terms, { places, rarities })
    const entry: Draft = { at: entries.size, passage, counts, before: undefined, after: undefined, thread: undefined }
    entries.set(passage.candidate.id, entry)
    return entry
  }
  const passages = source.read(candidates)
  for (const passage of passages) enter(passage)
  let read = 0
  const threads = Array.from(centres(passages), ([thread, position]) => {
    const reach = read < POOL_TERMS_MAX ? THREAD_REACH : NEIGHBOURS_REACH
    const members = source.readThread(thread, position, reach)
    for (const { terms } of members) read += terms.content.length
    return joinThread(members.map(enter), terms.length)
  })
  const all = [...entries.values()]
  const meanLength = meanLengthOf(length, documents)
  return { terms, numbers, rarities, meanLength, pageLikeness: pageLikenessOf(all), entries: all, threads }
}

function pageLikenessOf(entries: readonly Entry[]): number {
  const mean = entries.reduce((sum, { counts }) => sum + counts.length, 0) / Math.max(1, entries.length)
  return Math.min(1, Math.max(0, (mean - TURN_TERMS) / (PAGE_TERMS - TURN_TERMS)))
}

/** The threads of the first candidates, each with the position where it was met first. */
function centres(passages: readonly Passage[]): ReadonlyMap<string | number, number> {
  const found = new Map<string | number, number>()
  for (const { thread, position } of passages) {
    if (found.size >= THREADS_MAX) return found
    if (thread !== undefined && position !== undefined && !found.has(thread)) found.set(thread, position)
  }
  return found
}

function joinThread(members: readonly Draft[], size: number): Stretch {
  const thread = joinStretches(
    members.map(({ counts }) => counts),
    size,
  )
  for (const [at, entry] of members.entries()) {
    entry.thread = thread
    const next = members[at + 1]
    if (next?.passage.position !== (entry.passage.position ?? 0) + 1) continue
    entry.after = next
    next.before = entry
  }
  return thread
}

/** BM25 of a stretch of text among stretches of this mean length. */
export function scoreOf({ frequencies, length }: Stretch, rarities: readonly number[], meanLength: number): number {
  const damped = damping(length, meanLength)
  let score = 0
  for (let at = 0; at < frequencies.length; at++) {
    const frequency = frequencies[at]!
    if (frequency > 0) score += mostOf(rarities[at]!) * share(frequency, damped)
  }
  return score
}
