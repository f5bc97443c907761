import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

/** Statements kept prepared; filters make new ones, so the number is bounded and the oldest goes. */
const STATEMENTS_MAX = 300
/** How long a connection waits for another one's lock before it gives up. */
const BUSY_TIMEOUT_MS = 5000

export type SqlValue = SQLInputValue

/** One connection with its prepared statements. Synchronous: lives in a worker thread, never in the main one. */
export class Database {
  readonly connection: DatabaseSync
  readonly file: string
  /** How many statements of `insert` and `run` there were: tells whether some work wrote anything. */
  writes = 0
  readonly #statements = new Map<string, StatementSync>()

  constructor(file: string, options: { readonly readOnly: boolean; readonly pragmas: readonly string[] }) {
    this.file = file
    this.connection = new DatabaseSync(file, { readOnly: options.readOnly, timeout: BUSY_TIMEOUT_MS })
    for (const pragma of options.pragmas) this.exec(`PRAGMA ${pragma}`)
  }

  /** The caller's row type states the columns of its own SQL text. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    // The driver types every row alike; what a row holds follows from the text of the statement beside the call.
    return this.prepare(sql).get(...values) as Row | undefined
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    // As in `get`.
    return this.prepare(sql).all(...values) as Row[]
  }

  /** Rows one by one, for answers that are too large to hold or that stop early. */
  iterate<Row>(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    // As in `get`.
    return this.prepare(sql).iterate(...values) as IterableIterator<Row>
  }

  /** The same with each row as an array of its columns: half the time where there are many rows. */
  iterateArrays<Row>(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    const statement = this.prepare(sql)
    statement.setReturnArrays(true)
    // As in `get`.
    return statement.iterate(...values) as IterableIterator<Row>
  }

  /** All rows, each as an array of its columns: for slices of a large answer, in two thirds of the time of `iterateArrays`. */
  allArrays<Row extends readonly unknown[]>(sql: string, ...values: SqlValue[]): Row[] {
    const statement = this.prepare(sql)
    statement.setReturnArrays(true)
    // As in `get`; the driver's own type does not know of rows as arrays, so it is told by way of unknown.
    const rows: unknown = statement.all(...values)
    return rows as Row[]
  }

  /** Returns the row id that the statement inserted; 2^53 rows are never reached. */
  insert(sql: string, ...values: SqlValue[]): number {
    this.writes++
    return Number(this.prepare(sql).run(...values).lastInsertRowid)
  }

  /** Returns how many rows the statement changed. */
  run(sql: string, ...values: SqlValue[]): number {
    this.writes++
    return Number(this.prepare(sql).run(...values).changes)
  }

  exec(sql: string): void {
    this.connection.exec(sql)
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.connection.prepare(sql)
    this.#statements.set(sql, statement)
    if (this.#statements.size > STATEMENTS_MAX) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    return statement
  }

  /** Runs `read` within one read transaction, so that all its statements see the same state. */
  snapshot<T>(read: () => T): T {
    // Prepared: parsing the two words anew takes as long as a small read.
    this.prepare('BEGIN').run()
    try {
      return read()
    } finally {
      this.prepare('COMMIT').run()
    }
  }

  /** Does `work` in one transaction of the only writer: all of it, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk may have ended the transaction by itself.
      if (this.connection.isTransaction) this.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#statements.clear()
    this.connection.close()
  }
}
