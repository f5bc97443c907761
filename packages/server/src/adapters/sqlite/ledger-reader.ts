import { CascadeError } from '#base'
import { FIRST_PREV, type Leaf, type LeafFilter, leafHash, type RawLeaf, type StoredLeaf } from '#ledger'
import type { CascadeEvent, ChangeEntry } from '#store'
import type { Database, SqlValue } from './database.ts'
import { timeOrderedKey } from './hash-key.ts'
import { EVENT_PREFIX, type StoredEvent } from './leaf-writer.ts'
import type { Names } from './names.ts'

interface LeafRow {
  readonly sequence: number
  readonly text: string
  readonly hash: Uint8Array
  readonly events: string | null
}

/** What filters find an entry by. */
interface ListedRow {
  readonly category: number
  readonly type: number
  readonly actor: number
  readonly subject: number
  readonly correlation: number
}

interface RawRow extends ListedRow {
  readonly index: number
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

interface ChainRow extends ListedRow {
  readonly sequence: number
  readonly text: string
  readonly hash: Uint8Array
}

export interface ChainState {
  /** Hash of the entry checked last. */
  readonly hash: string
  readonly checkedTo: number
  readonly firstBad: number | undefined
}

/** Rows of a list that are looked at for one that is asked for, where only the text itself decides. */
const LIST_SLICE = 500

/** The log and its outbox over one connection. */
export class LedgerReader {
  readonly #database: Database
  readonly #names: Names
  readonly #eventSource: string

  constructor(database: Database, names: Names, eventSource: string) {
    this.#database = database
    this.#names = names
    this.#eventSource = eventSource
  }

  find(index: number): StoredLeaf | undefined {
    return this.range(index, 1).find(({ leaf }) => leaf.index === index)
  }

  range(from: number, limit: number): StoredLeaf[] {
    const sql = 'SELECT sequence, text, hash, events FROM leaves WHERE sequence >= ? ORDER BY sequence LIMIT ?'
    return this.#database.all<LeafRow>(sql, from, limit).map(toStoredLeaf)
  }

  /** The text comes as it lies: bytes that are no UTF-8 would be others as a string. */
  rawRange(from: number, limit: number): RawLeaf[] {
    const rows = this.#database.all<RawRow>(
      `SELECT sequence AS "index", CAST(text AS BLOB) AS bytes, hash, category, type, actor, subject, correlation
       FROM leaves WHERE sequence >= ? ORDER BY sequence LIMIT ?`,
      from,
      limit,
    )
    return rows.map((row) => {
      const leaf = parseObject(Buffer.from(row.bytes).toString('utf8'))
      // Of a text that is none there is nothing to compare.
      const isListed = leaf === undefined || this.#isListed(leaf, row)
      return { index: row.index, bytes: row.bytes, hash: row.hash, isListed }
    })
  }

  /** The columns that filters ask for say what the text says. */
  #isListed(
    leaf: Readonly<Record<string, unknown>>,
    { category, type, actor, subject, correlation }: ListedRow,
  ): boolean {
    return (
      this.#names.find(String(leaf.category)) === category &&
      this.#names.find(String(leaf.type)) === type &&
      this.#names.find(String(leaf.actor)) === actor &&
      timeOrderedKey(String(leaf.subject)) === subject &&
      timeOrderedKey(String(leaf.correlation_id)) === correlation
    )
  }

  /** Keys of subjects and correlations may be shared: the text of each leaf has the last word. */
  list(filter: LeafFilter, { limit, before }: { readonly limit: number; readonly before?: number }): StoredLeaf[] {
    const where = this.#conditions(filter)
    if (!where) return []
    const found: StoredLeaf[] = []
    let last = before ?? Number.MAX_SAFE_INTEGER
    for (;;) {
      const rows = this.#database.all<LeafRow>(
        `SELECT sequence, text, hash, events FROM leaves WHERE sequence < ?${where.sql} ORDER BY sequence DESC LIMIT ?`,
        last,
        ...where.values,
        LIST_SLICE,
      )
      for (const row of rows) {
        const entry = toStoredLeaf(row)
        if (matches(entry.leaf, filter) && found.push(entry) === limit) return found
      }
      if (rows.length < LIST_SLICE) return found
      last = rows.at(-1)!.sequence
    }
  }

  changesSince(sequence: number, limit: number): ChangeEntry[] {
    const sql = 'SELECT sequence, text, hash, events FROM leaves WHERE sequence > ? ORDER BY sequence LIMIT ?'
    return this.#database.all<LeafRow>(sql, sequence, limit).map((row) => {
      const { leaf } = toStoredLeaf(row)
      return { sequence: row.sequence, leaf, events: this.#events(row, leaf) }
    })
  }

  /** Checks at most `limit` entries after `state`; `checkedTo` stands still at the end of the log. */
  verify(state: ChainState, limit: number): ChainState {
    const sql = `SELECT sequence, text, hash, category, type, actor, subject, correlation
      FROM leaves WHERE sequence > ? ORDER BY sequence LIMIT ?`
    let { hash, checkedTo } = state
    for (const row of this.#database.iterate<ChainRow>(sql, checkedTo, limit)) {
      if (!this.#follows(row, checkedTo + 1, hash)) return { hash, checkedTo: checkedTo + 1, firstBad: checkedTo + 1 }
      hash = Buffer.from(row.hash).toString('hex')
      checkedTo = row.sequence
    }
    return { hash, checkedTo, firstBad: undefined }
  }

  /** The entry stands at its place, names the hash before it, its own hash is that of its text, and lists find it by that. */
  #follows(row: ChainRow, index: number, prev: string): boolean {
    const { sequence, text, hash } = row
    if (sequence !== index || leafHash(text) !== Buffer.from(hash).toString('hex')) return false
    const claimed = parseObject(text)
    return claimed !== undefined && claimed.index === index && claimed.prev === prev && this.#isListed(claimed, row)
  }

  /** Where a check from `from` begins: the entry before it, or the state before the first. */
  chainBefore(from: number): ChainState {
    if (from <= 0) return { hash: FIRST_PREV, checkedTo: -1, firstBad: undefined }
    const hash = this.#database.get<{ hash: Uint8Array }>('SELECT hash FROM leaves WHERE sequence = ?', from - 1)?.hash
    return { hash: Buffer.from(hash ?? []).toString('hex'), checkedTo: from - 1, firstBad: undefined }
  }

  #conditions(filter: LeafFilter): { readonly sql: string; readonly values: readonly SqlValue[] } | undefined {
    const parts: { readonly sql: string; readonly value: number | undefined }[] = []
    const add = (sql: string, text: string | undefined, keyOf: (text: string) => number | undefined): void => {
      if (text !== undefined) parts.push({ sql, value: keyOf(text) })
    }
    const nameKey = (text: string): number | undefined => this.#names.find(text)
    add(' AND subject = ?', filter.subject, timeOrderedKey)
    add(' AND correlation = ?', filter.correlationId, timeOrderedKey)
    add(' AND category = ?', filter.category, nameKey)
    add(' AND type = ?', filter.type, nameKey)
    add(' AND actor = ?', filter.actor, nameKey)
    const values = parts.map(({ value }) => value).filter((value) => value !== undefined)
    if (values.length < parts.length) return undefined
    return { sql: parts.map(({ sql }) => sql).join(''), values }
  }

  #events(row: LeafRow, leaf: Leaf): CascadeEvent[] {
    if (row.events === null) return []
    return parseEvents(row.events).map(([id, type, subject, decisionid, actor, correlationid, data]) => ({
      specversion: '1.0',
      id,
      source: this.#eventSource,
      type: type || EVENT_PREFIX + leaf.type,
      subject: subject || leaf.subject,
      time: leaf.time,
      datacontenttype: 'application/json',
      actor: actor || leaf.actor,
      correlationid: correlationid || leaf.correlation_id,
      decisionid,
      sequence: row.sequence,
      data,
    }))
  }
}

function toStoredLeaf({ sequence, text, hash }: LeafRow): StoredLeaf {
  try {
    // The writer of leaves wrote this text; whether it is still what it wrote is for `verify` to say.
    return { leaf: JSON.parse(text) as Leaf, text, hash: Buffer.from(hash).toString('hex') }
  } catch (cause) {
    throw new CascadeError('DATA_CORRUPT', `entry ${sequence} of the log is not what was written`, { cause })
  }
}

// As the writer of leaves wrote them.
const parseEvents = (text: string): StoredEvent[] => JSON.parse(text) as StoredEvent[]

function matches(leaf: Leaf, { subject, correlationId, category, type, actor }: LeafFilter): boolean {
  return (
    (subject === undefined || leaf.subject === subject) &&
    (correlationId === undefined || leaf.correlation_id === correlationId) &&
    (category === undefined || leaf.category === category) &&
    (type === undefined || leaf.type === type) &&
    (actor === undefined || leaf.actor === actor)
  )
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    // A text that is no JSON is damage, which is what the caller looks for.
    return undefined
  }
}
