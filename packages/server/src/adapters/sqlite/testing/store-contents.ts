import { createHash } from 'node:crypto'
import { backup, DatabaseSync } from 'node:sqlite'

/** Tables of the text index, whose rows depend on when segments were merged; what they find is compared instead. */
const INDEX = /^lexical_/

/** A digest of all rows of each table of the truth, byte for byte. */
export function contentsOf(file: string): Record<string, string> {
  using database = new DatabaseSync(file, { readOnly: true })
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  const tables = names
    .map(({ name }) => String(name))
    .filter((name) => !INDEX.test(name) && !name.startsWith('sqlite_'))
  return Object.fromEntries(tables.map((table) => [table, digestOf(database, table)]))
}

/** Copies the store as it is at one moment, beside whoever writes to it. */
export async function copyLive(file: string, to: string): Promise<number> {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  database.exec('BEGIN')
  const head = database.prepare('SELECT coalesce(max(sequence), -1) AS head FROM leaves').get()?.head
  await backup(database, to)
  database.exec('COMMIT')
  return Number(head)
}

function digestOf(database: DatabaseSync, table: string): string {
  const hash = createHash('sha256')
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  const order = columns.map(({ name }) => `"${name}"`).join(', ')
  for (const row of database.prepare(`SELECT * FROM "${table}" ORDER BY ${order}`).iterate()) {
    for (const value of Object.values(row)) hash.update(`${typeof value}:`).update(bytesOf(value))
  }
  return hash.digest('hex')
}

const bytesOf = (value: unknown): string | Uint8Array => (value instanceof Uint8Array ? value : `${String(value)}\n`)
