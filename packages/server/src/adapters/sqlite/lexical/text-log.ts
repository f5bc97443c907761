import type { Database } from '../database.ts'
import type { Lexicon } from './lexicon.ts'
import { effectOf, type Part } from './part.ts'
import { purgeVersions } from './purge.ts'
import { VersionTerms, type WrittenText } from './version-terms.ts'

export interface VersionText extends WrittenText {
  readonly version: number
  readonly capsule: number
}

/**
 * The writer's side of the index: what a version says, as numbers of terms, and which half it belongs to. Segments are
 * made of it later, in the background; until then readers answer from these rows.
 */
export class TextLog {
  readonly #database: Database
  readonly #lexicon: Lexicon
  readonly #terms: VersionTerms
  #last: number | undefined

  constructor(database: Database, lexicon: Lexicon) {
    this.#database = database
    this.#lexicon = lexicon
    this.#terms = new VersionTerms((term, spelling) => lexicon.intern(term, spelling))
  }

  /** Writes what a new version says. */
  write(text: VersionText): void {
    const { stream, length } = this.#terms.of(text)
    this.#database.run('INSERT INTO term_streams VALUES (?, ?, ?, ?)', text.version, text.capsule, length, stream)
  }

  enter(part: Part, version: number): void {
    this.#change(version, effectOf(part, 'enter'))
  }

  leave(part: Part, version: number): void {
    this.#change(version, effectOf(part, 'leave'))
  }

  /** What a version says stays where it is; which half it belongs to changes. */
  move(version: number, from: Part, to: Part): void {
    this.leave(from, version)
    this.enter(to, version)
  }

  /** Changes that are in no segment yet. */
  pending(): number {
    return this.#lastChange() - coveredBy(this.#database)
  }

  /** Takes every trace of versions out of the index, and of words that no other text holds: see `purgeVersions`. */
  purge(versions: readonly number[]): void {
    purgeVersions(this.#database, versions)
    this.#forgetTerms()
  }

  /** Makes the index anew from what versions say, in the open transaction. */
  rebuild(texts: Iterable<VersionText & { readonly part: Part }>): void {
    for (const table of [
      'lexicon',
      'term_streams',
      'lexical_changes',
      'lexical_segments',
      'lexical_pages',
      'lexical_garbage',
    ]) {
      this.#database.run(`DELETE FROM ${table}`)
    }
    this.#database.run('UPDATE lexical_state SET layout = layout + 1, epoch = epoch + 1')
    this.#forgetTerms()
    for (const { part, ...text } of texts) {
      this.write(text)
      this.enter(part, text.version)
    }
  }

  /** Forgets what is not in rows. */
  forget(): void {
    this.#forgetTerms()
    this.#last = undefined
  }

  mark(): { readonly last: number | undefined; readonly terms: number } {
    return { last: this.#last, terms: this.#lexicon.mark() }
  }

  rollbackTo({ last, terms }: ReturnType<TextLog['mark']>): void {
    this.#last = last
    if (this.#lexicon.mark() !== terms) this.#terms.forget()
    this.#lexicon.rollbackTo(terms)
  }

  committed(): void {
    this.#lexicon.committed()
  }

  #forgetTerms(): void {
    this.#lexicon.clear()
    this.#terms.forget()
  }

  #change(version: number, effect: number): void {
    const key = this.#lastChange() + 1
    this.#database.run('INSERT INTO lexical_changes VALUES (?, ?, ?)', key, version, effect)
    this.#last = key
  }

  /** Keys of changes only grow, also when all that there were are in segments. */
  #lastChange(): number {
    this.#last ??= Math.max(
      this.#database.get<{ key: number | null }>('SELECT max(key) AS key FROM lexical_changes')?.key ?? 0,
      coveredBy(this.#database),
    )
    return this.#last
  }
}

const coveredBy = (database: Database): number =>
  database.get<{ covered: number }>('SELECT covered FROM lexical_state')?.covered ?? 0
