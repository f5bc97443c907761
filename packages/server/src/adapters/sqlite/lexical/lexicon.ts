import type { Database } from '../database.ts'
import { TERM_FIRST } from './term-stream.ts'

/** Terms kept in memory; of two generations of so many, the older goes when the younger is full. */
const GENERATION_MAX = 150_000

interface LexiconRow {
  readonly id: number
  readonly term: string
}

/** The numbers of terms. Their rows only come; an erasure takes those that no text holds any more. */
export class Lexicon {
  readonly #database: Database
  #young = new Map<string, number>()
  #old = new Map<string, number>()
  /** Made in the open transaction, so that a rollback can forget them. */
  #fresh: string[] = []
  #next: number | undefined

  constructor(database: Database) {
    this.#database = database
  }

  find(term: string): number | undefined {
    const known = this.#young.get(term)
    if (known !== undefined) return known
    const id = this.#old.get(term) ?? this.#read(term)
    if (id !== undefined) this.#remember(term, id)
    return id
  }

  /** The number of a term, made when it is new: for the writer only. */
  intern(term: string, spelling: string): number {
    const known = this.find(term)
    if (known !== undefined) return known
    this.#next ??= this.#firstFree()
    const id = this.#next++
    this.#database.run('INSERT INTO lexicon (id, term, spelling) VALUES (?, ?, ?)', id, term, spelling)
    this.#fresh.push(term)
    this.#remember(term, id)
    return id
  }

  /** A word as it was first met in the place of the term: lower-case, not stemmed. */
  spelling(id: number): string | undefined {
    const row = this.#database.get<{ text: string }>(
      'SELECT coalesce(spelling, term) AS text FROM lexicon WHERE id = ?',
      id,
    )
    return row?.text
  }

  mark(): number {
    return this.#fresh.length
  }

  /** Forgets the terms made since the mark: their rows are gone. */
  rollbackTo(mark: number): void {
    if (this.#fresh.length === mark) return
    for (const term of this.#fresh.splice(mark)) {
      this.#young.delete(term)
      this.#old.delete(term)
    }
    this.#next = undefined
  }

  committed(): void {
    this.#fresh = []
  }

  /** Forgets everything that is not in rows: some of them are gone. */
  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#next = undefined
  }

  #read(term: string): number | undefined {
    return this.#database.get<LexiconRow>('SELECT id FROM lexicon WHERE term = ?', term)?.id
  }

  #firstFree(): number {
    const row = this.#database.get<{ id: number | null }>('SELECT max(id) AS id FROM lexicon')
    return Math.max(TERM_FIRST, (row?.id ?? 0) + 1)
  }

  #remember(term: string, id: number): void {
    if (this.#young.size >= GENERATION_MAX) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(term, id)
  }
}
