import { formatUuid } from '#base'
import type { Candidate, Passage, PassageTerms, RankingSource, Spellings } from '#capsules'
import type { Database } from './database.ts'
import type { ResolvedFilter } from './filter-sql.ts'
import type { LexicalIndex } from './lexical/index.ts'
import { partsOf } from './lexical-signal.ts'
import type { Names } from './names.ts'
import { readStandings, type StandingRow, standingsThatPass } from './standings.ts'
import type { TermStreams } from './term-streams.ts'
import type { SlotBitmap } from './vector/index.ts'
import { type QuerySpace, scoreVectors } from './vector-signal.ts'

/** What one search reads for ranking. */
export interface RankingParts {
  readonly database: Database
  readonly names: Names
  readonly words: LexicalIndex
  readonly streams: TermStreams
  readonly filter: ResolvedFilter
  readonly space: QuerySpace | undefined
  /** The capsules among which words are counted; undefined where all are. */
  readonly within: SlotBitmap | undefined
  /** Each candidate with the key of its version. */
  readonly candidates: ReadonlyMap<Candidate, number>
}

interface MemberRow extends StandingRow {
  readonly id: Uint8Array
  readonly name: string
  readonly trust: number
  readonly valid_from: number
}

/** What ranking reads of the rows, within the read transaction of a search. */
export class SqliteRankingSource implements RankingSource {
  readonly #parts: RankingParts
  readonly #counted: ReturnType<LexicalIndex['statistics']>
  readonly #versions: Map<Candidate, number>

  constructor(parts: RankingParts) {
    this.#parts = parts
    parts.streams.refresh()
    this.#counted = parts.words.statistics(partsOf(parts.filter), parts.within)
    this.#versions = new Map(parts.candidates)
  }

  get candidates(): readonly Candidate[] {
    return [...this.#parts.candidates.keys()]
  }

  /** Key of the version that a candidate of this search names. */
  versionOf(candidate: Candidate): number {
    return this.#versions.get(candidate)!
  }

  size() {
    return this.#counted
  }

  findTerm(term: string): number | undefined {
    return this.#parts.words.lexicon.find(term)
  }

  holders(term: number): number {
    return this.#counted.holders(term)
  }

  get spellings(): Spellings {
    return this.#parts.streams.spellings
  }

  read(candidates: readonly Candidate[]): readonly Passage[] {
    const keys = candidates.map((candidate) => this.versionOf(candidate))
    const rows = new Map(readStandings(this.#parts.database, keys).map((row) => [row.version, row]))
    const terms = this.#parts.streams.read(keys)
    return candidates.map((candidate, at) => this.#toPassage(candidate, terms[at]!, rows.get(keys[at]!)))
  }

  readThread(thread: string | number, position: number, reach: number): readonly Passage[] {
    const { database, filter } = this.#parts
    const { sql, before, after } = standingsThatPass(filter, 's.thread = ? AND s.position BETWEEN ? AND ?')
    const at = filter.isPast ? 'v' : 'c'
    const rows = database.all<MemberRow>(
      `SELECT s.version, s.thread, s.position, s.speaker, s.at, c.id, ${at}.version AS name, c.effective_trust AS trust,
       ${at}.valid_from FROM standings s ${sql} ORDER BY s.position, s.version`,
      ...before,
      thread,
      position - reach,
      position + reach,
      ...after,
    )
    const terms = this.#parts.streams.read(rows.map(({ version }) => version))
    return rows.map((row, at) => this.#toPassage(this.#toCandidate(row), terms[at]!, row))
  }

  cosines(passages: readonly Passage[]): readonly (number | undefined)[] {
    const { database, space } = this.#parts
    if (!space) return passages.map(() => undefined)
    const missing = passages.filter(({ candidate }) => candidate.signals.vector === undefined)
    const keys = missing.map(({ candidate }) => this.versionOf(candidate))
    const scores = keys.length > 0 ? scoreVectors(database, space, keys) : new Map<number, number>()
    return passages.map(({ candidate }) => candidate.signals.vector ?? scores.get(this.versionOf(candidate)))
  }

  #toCandidate({ version, id, name, trust, valid_from }: MemberRow): Candidate {
    const candidate = { id: formatUuid(id), version: name, effectiveTrust: trust, validFrom: valid_from, signals: {} }
    this.#versions.set(candidate, version)
    return candidate
  }

  #toPassage(candidate: Candidate, terms: PassageTerms, row: StandingRow | undefined): Passage {
    return {
      candidate,
      terms,
      thread: row?.thread ?? undefined,
      position: row?.position ?? undefined,
      speaker: row?.speaker == null ? undefined : this.#parts.names.text(row.speaker),
      at: row?.at ?? undefined,
    }
  }
}
