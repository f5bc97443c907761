import { formatUuid } from '#base'
import type { Candidate, CandidateQuery } from '#capsules'
import { CANDIDATES_PER_SIGNAL_MAX, queryTerms } from '../../domain/capsules/rules/index.ts'
import type { Database } from './database.ts'
import { reachedSlots } from './filter-slots.ts'
import { type ResolvedFilter, resolveFilter } from './filter-sql.ts'
import { followLinks, strengths } from './graph-signal.ts'
import { HEADS, type LexicalIndex } from './lexical/index.ts'
import { allowedBy, partsOf, type Scored, searchWords, type WordParts } from './lexical-signal.ts'
import type { Names } from './names.ts'
import { listWithin, type ResolvedReach } from './reach-sql.ts'
import { WORDS } from './spaces.ts'
import { SlotBitmap, type VectorReader } from './vector/index.ts'
import {
  type BegunVectors,
  beginVectors,
  findSpace,
  type QuerySpace,
  scoreVectors,
  searchVectorsInPast,
} from './vector-signal.ts'

export interface SearchParts {
  readonly database: Database
  readonly names: Names
  readonly words: LexicalIndex
  /** The reader of a space in shared memory, by the key of its row. */
  readonly vectors: ReadonlyMap<number, VectorReader>
}

/** What was found for a question, with what it was found by. */
export interface FoundCandidates {
  /** Each candidate with the key of its version. */
  readonly candidates: ReadonlyMap<Candidate, number>
  readonly filter: ResolvedFilter
  readonly space: QuerySpace | undefined
  /** The capsules among which words are counted; undefined where all are. */
  readonly within: SlotBitmap | undefined
}

/** A question whose words were looked up, and whose vectors others may be at already; disposed of, nothing of it goes on. */
export interface BegunCandidates extends Disposable {
  /** Once; undefined when nothing can pass the filter. */
  finish(): FoundCandidates | undefined
}

/**
 * The union of what words, vectors and links bring up, each within the filter; undefined when nothing can pass it. To be
 * called within one read transaction: all signals then speak of the same state.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when the query's vector does not fit its model.
 */
export function findCandidates(parts: SearchParts, query: CandidateQuery): FoundCandidates | undefined {
  using begun = beginCandidates(parts, query)
  return begun.finish()
}

/** The same, begun; to be ended within the same read transaction. @throws CascadeError EMBEDDING_MISMATCH. */
export function beginCandidates(parts: SearchParts, query: CandidateQuery): BegunCandidates {
  const { database, names } = parts
  const space = query.embedding && findSpace(database, query.embedding)
  const filter = resolveFilter(database, names, query.filter)
  if (!filter) return begunAs(() => undefined)
  const limit = Math.max(1, Math.min(CANDIDATES_PER_SIGNAL_MAX, Math.floor(query.perSignal)))
  const allowed = query.text === undefined ? undefined : allowedHeads(parts, filter)
  const within = filter.reach && countedSlots(parts, filter, filter.reach)
  // Other threads scan vectors while this one looks words up.
  using begun = new DisposableStack()
  const nearest = begun.use(space && beginNearest(parts, space, filter, limit, allowed))
  const lexical = query.text === undefined ? [] : withWords(parts, query.text, filter, limit, { allowed, within })
  const open = begun.move()
  return begunAs(() => {
    const vector = nearest?.finish() ?? []
    const graph = followLinks(database, strengths(lexical, vector), filter, limit)
    return { candidates: join(database, space, { lexical, vector, graph }), filter, space, within }
  }, open)
}

const begunAs = (finish: BegunCandidates['finish'], open?: Disposable): BegunCandidates => ({
  finish,
  [Symbol.dispose]: () => open?.[Symbol.dispose](),
})

function allowedHeads({ database, vectors }: SearchParts, filter: ResolvedFilter): SlotBitmap | undefined {
  const heads = vectors.get(WORDS)
  return heads && allowedBy(database, heads, filter)
}

/** Columns know heads alone: where older versions are asked for as well, rows tell. */
function countedSlots({ database, vectors }: SearchParts, filter: ResolvedFilter, reach: ResolvedReach): SlotBitmap {
  const heads = vectors.get(WORDS)
  const isOfHeads = partsOf(filter).every((part) => part === HEADS)
  if (heads && isOfHeads) return reachedSlots(database, reach, heads)
  return SlotBitmap.of(Uint32Array.from(listWithin(database, reach), (key) => key - 1))
}

function withWords(
  { database, words }: SearchParts,
  text: string,
  filter: ResolvedFilter,
  limit: number,
  sets: Pick<WordParts, 'allowed' | 'within'>,
): Scored[] {
  words.refresh()
  const terms = queryTerms(text).flatMap((term) => words.lexicon.find(term) ?? [])
  return terms.length === 0 ? [] : searchWords({ database, index: words, ...sets }, terms, filter, limit)
}

function beginNearest(
  { database, vectors }: SearchParts,
  space: QuerySpace,
  filter: ResolvedFilter,
  limit: number,
  allowed: SlotBitmap | undefined,
): BegunVectors | undefined {
  if (filter.isPast) return inPast(() => searchVectorsInPast(database, space, filter, limit))
  const reader = vectors.get(space.key)
  return reader && beginVectors(database, reader, space, { filter, limit, allowed })
}

/** Of the past memory knows nothing: nobody helps with it. */
const inPast = (finish: () => Scored[]): BegunVectors => ({ finish, [Symbol.dispose]: () => undefined })

interface Signals {
  readonly lexical: readonly Scored[]
  readonly vector: readonly Scored[]
  readonly graph: readonly Scored[]
}

/** One row of a candidate, whichever signal read it, and what all signals say. */
interface Found {
  readonly row: Scored
  readonly signals: { lexical?: number; vector?: number; graph?: number }
}

/** What a candidate has from each signal; a vector's cosine is given also where another signal brought it up. */
function join(
  database: Database,
  space: QuerySpace | undefined,
  { lexical, vector, graph }: Signals,
): Map<Candidate, number> {
  const found = new Map<number, Found>()
  const add = (signal: keyof Signals, scored: readonly Scored[]): void => {
    for (const row of scored) {
      const known = found.get(row.version) ?? { row, signals: {} }
      known.signals[signal] = row.score
      found.set(row.version, known)
    }
  }
  add('lexical', lexical)
  add('vector', vector)
  add('graph', graph)
  if (space) addCosines(database, space, found)
  return new Map(Array.from(found.values(), (one) => [toCandidate(one), one.row.version]))
}

const toCandidate = ({ row, signals }: Found): Candidate => ({
  id: formatUuid(row.id),
  version: row.name,
  effectiveTrust: row.trust,
  validFrom: row.valid_from,
  signals,
})

function addCosines(database: Database, space: QuerySpace, found: ReadonlyMap<number, Found>): void {
  const missing = [...found].flatMap(([version, { signals }]) => (signals.vector === undefined ? version : []))
  if (missing.length === 0) return
  for (const [version, cosine] of scoreVectors(database, space, missing)) found.get(version)!.signals.vector = cosine
}
