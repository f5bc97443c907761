import type { Database } from './database.ts'

/** Names kept in memory on each side; beyond it the memory starts anew. */
const CACHED_MAX = 200_000

/**
 * Words that repeat, as small integers. Rows of `names` are never changed, and taken away only where nobody uses them any
 * more: every thread begins with an empty memory of them then.
 */
export class Names {
  readonly #database: Database
  readonly #keys = new Map<string, number>()
  readonly #texts = new Map<number, string>()
  /** Made in the open transaction, so that a rollback can forget them. */
  #fresh: string[] = []

  constructor(database: Database) {
    this.#database = database
  }

  /** The key of a word, made when it is new: for the writer only. */
  intern(text: string): number {
    const known = this.find(text)
    if (known !== undefined) return known
    this.#fresh.push(text)
    return this.#remember(this.#insert(text), text)
  }

  internNullable(text: string | null): number | null {
    return text === null ? null : this.intern(text)
  }

  find(text: string): number | undefined {
    const known = this.#keys.get(text)
    if (known !== undefined) return known
    const row = this.#database.get<{ key: number }>('SELECT key FROM names WHERE text = ?', text)
    return row && this.#remember(row.key, text)
  }

  text(key: number): string {
    const known = this.#texts.get(key)
    if (known !== undefined) return known
    const row = this.#database.get<{ text: string }>('SELECT text FROM names WHERE key = ?', key)
    if (!row) throw new RangeError(`no name has the key ${key}`)
    this.#remember(key, row.text)
    return row.text
  }

  textNullable(key: number | null): string | null {
    return key === null ? null : this.text(key)
  }

  mark(): number {
    return this.#fresh.length
  }

  /** Forgets the names made since the mark: their rows are gone. */
  rollbackTo(mark: number): void {
    for (const text of this.#fresh.splice(mark)) {
      const key = this.#keys.get(text)
      this.#keys.delete(text)
      if (key !== undefined) this.#texts.delete(key)
    }
  }

  committed(): void {
    this.#fresh = []
  }

  /** Begins with an empty memory; to be called outside a transaction. */
  forget(): void {
    this.#keys.clear()
    this.#texts.clear()
  }

  /** Past the counting of writes: a name that nobody uses in the end does no harm. */
  #insert(text: string): number {
    return Number(this.#database.prepare('INSERT INTO names (text) VALUES (?)').run(text).lastInsertRowid)
  }

  #remember(key: number, text: string): number {
    if (this.#keys.size >= CACHED_MAX) {
      this.#keys.clear()
      this.#texts.clear()
    }
    this.#keys.set(text, key)
    this.#texts.set(key, text)
    return key
  }
}
