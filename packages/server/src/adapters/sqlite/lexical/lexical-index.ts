import type { Database } from '../database.ts'
import type { SlotBitmap } from '../vector/index.ts'
import { countWithin } from './count-within.ts'
import type { IndexPart, TermStatistics } from './index-part.ts'
import { Lexicon } from './lexicon.ts'
import { HEADS, isLeave, type Part, partOf, REST } from './part.ts'
import { Segment } from './segment.ts'
import { listSegments } from './segment-rows.ts'
import { Tail } from './tail.ts'
import { decodeStream, type TermStream } from './term-stream.ts'

/** Postings that one reader keeps in memory, in bytes; beyond it they are read anew. */
const POSTINGS_BYTES_MAX = 48 * 1024 * 1024

interface StateRow {
  readonly layout: number
  readonly epoch: number
  readonly covered: number
  readonly newest: number | null
}

interface ChangeWithStream {
  readonly key: number
  readonly version: number
  readonly effect: number
  readonly capsule: number
  readonly length: number
  readonly stream: Uint8Array
}

/** A document that has left its segment. */
interface Left {
  readonly segment: Segment
  readonly ordinal: number
}

const STATE = 'SELECT layout, epoch, covered, (SELECT max(key) FROM lexical_changes) AS newest FROM lexical_state'
const CHANGES = `SELECT c.key, c.version, c.effect, s.capsule, s.length, s.stream
  FROM lexical_changes c CROSS JOIN term_streams s ON s.version = c.version WHERE c.key > ? ORDER BY c.key`

/**
 * The index as one connection sees it: segments from the file, and what was written since they were made. Everything
 * follows from rows of the transaction that `refresh` is called in, so a search sees one state and misses no receipt.
 */
export class LexicalIndex {
  /** The numbers of terms, as of the state that memory is brought to. */
  readonly lexicon: Lexicon
  readonly #database: Database
  #parts: readonly [IndexPart, IndexPart] = [emptyPart(), emptyPart()]
  #segments = new Map<number, Segment>()
  #layout = -1
  #epoch = -1
  /** The last change that is in the tail or a segment. */
  #seen = 0
  #bytes = 0
  /** Documents of segments that left in the tail. */
  #leftInTail: Left[] = []

  constructor(database: Database) {
    this.#database = database
    this.lexicon = new Lexicon(database)
  }

  /** Grows whenever rows went for good: what was remembered of them may mean something else now. */
  get epoch(): number {
    return this.#epoch
  }

  part(part: Part): IndexPart {
    return this.#parts[part]
  }

  /** Brings memory to the state of the open transaction. To be called before anything else in it. */
  refresh(): void {
    this.#refresh(({ newest }) => {
      if ((newest ?? 0) > this.#seen) this.#follow()
    })
  }

  /** The same for segments alone: what was written since is in none of its parts. For who makes segments. */
  refreshSegments(): void {
    this.#refresh(() => undefined)
  }

  #refresh(follow: (state: StateRow) => void): void {
    const state = this.#database.get<StateRow>(STATE)
    if (!state) throw new RangeError('the index has no state')
    try {
      if (state.epoch !== this.#epoch) this.#forget()
      if (state.layout !== this.#layout) this.#reload(state.covered)
      follow(state)
      this.#layout = state.layout
      this.#epoch = state.epoch
    } catch (error) {
      // Half of a state is none: the next search begins anew.
      this.#layout = -1
      throw error
    }
  }

  /** @param within counts versions of these capsules alone, as if there were no others. */
  statistics(parts: readonly Part[], within?: SlotBitmap): TermStatistics {
    const chosen = parts.map((part) => this.#parts[part])
    if (within) return countWithin(chosen, within, (segment, term) => this.term(segment, term).postings)
    const sum = (of: (one: { readonly netDocuments: number; readonly netLength: number }) => number): number =>
      chosen.reduce(
        (all, { segments, tail }) => all + of(tail) + segments.reduce((some, { row }) => some + of(row), 0),
        0,
      )
    return {
      documents: sum(({ netDocuments }) => netDocuments),
      length: sum(({ netLength }) => netLength),
      holders: (term) => chosen.reduce((all, part) => all + this.#holders(part, term), 0),
    }
  }

  /** What the versions say, as terms; those that are not indexed are left out. */
  streams(versions: readonly number[]): ReadonlyMap<number, TermStream> {
    const rows = this.#database.allArrays<readonly [version: number, stream: Uint8Array]>(
      `SELECT t.version, t.stream FROM json_each(?) wanted CROSS JOIN term_streams t ON t.version = wanted.value`,
      JSON.stringify(versions),
    )
    return new Map(rows.map((row) => [row[0], decodeStream(row[1])]))
  }

  term(segment: Segment, term: number) {
    if (this.#bytes > POSTINGS_BYTES_MAX) {
      for (const one of this.#segments.values()) one.forget()
      this.#bytes = 0
    }
    return segment.term(this.#database, term, (bytes) => {
      this.#bytes += bytes
    })
  }

  #holders({ segments, tail }: IndexPart, term: number): number {
    return segments.reduce((sum, segment) => sum + this.term(segment, term).net, tail.net(term))
  }

  #forget(): void {
    this.#segments.clear()
    this.#leftInTail = []
    this.lexicon.clear()
    this.#bytes = 0
    this.#layout = -1
  }

  /** The segments as they are now, each with those marked that left in a later one; the tail begins anew. */
  #reload(covered: number): void {
    for (const { segment, ordinal } of this.#leftInTail) segment.revive(ordinal)
    this.#leftInTail = []
    const known = this.#segments
    this.#segments = new Map()
    const segments: [Segment[], Segment[]] = [[], []]
    for (const { key, part } of listSegments(this.#database)) {
      const segment = known.get(key) ?? Segment.read(this.#database, key)
      if (!segment) continue
      // Who left once has left for good: what a segment that is known already took out is marked.
      if (!known.has(key)) for (const version of segment.row.gone) leaveNewest(segments[part], version)
      segments[part].push(segment)
      this.#segments.set(key, segment)
    }
    this.#parts = [partOfSegments(segments[HEADS]), partOfSegments(segments[REST])]
    this.#seen = covered
  }

  #follow(): void {
    for (const change of this.#database.iterate<ChangeWithStream>(CHANGES, this.#seen)) {
      const { segments, tail } = this.#parts[partOf(change.effect)]
      if (!isLeave(change.effect)) tail.enter(change)
      else if (!tail.leave(change)) this.#leftInTail.push(...leaveNewest(segments, change.version))
      this.#seen = change.key
    }
  }
}

const partOfSegments = (segments: readonly Segment[]): IndexPart => ({ segments, tail: new Tail() })
const emptyPart = (): IndexPart => partOfSegments([])

/** A version that came back stands in several segments, and in the newest of them it is alive. */
function leaveNewest(segments: readonly Segment[], version: number): Left[] {
  for (let at = segments.length - 1; at >= 0; at--) {
    const segment = segments[at]!
    const ordinal = segment.leave(version)
    if (ordinal !== undefined) return [{ segment, ordinal }]
  }
  return []
}
