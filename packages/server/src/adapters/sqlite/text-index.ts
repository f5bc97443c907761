import { decodeContent } from './content-codec.ts'
import type { Database } from './database.ts'
import { toIndexedText } from './indexed-text.ts'
import type { IndexedText, TextEffect } from './staged-effects.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** Takes the text of an ACTIVE head to where versions stand that are not searched unless asked for. */
export function moveTextToRest(session: WriteSession, row: CapsuleRow): void {
  session.staged.stageText({ table: 'fts_head', key: row.key, text: null })
  session.staged.stageText({ table: 'fts_rest', key: row.head, text: readText(session, row.head) })
}

/** Brings the text of a head that became ACTIVE back into the search. */
export function moveTextToHead(session: WriteSession, row: CapsuleRow): void {
  session.staged.stageText({ table: 'fts_rest', key: row.head, text: null })
  session.staged.stageText({ table: 'fts_head', key: row.key, text: readText(session, row.head) })
}

/** Writes the last word on each row. The tables keep no text of their own: a row is removed and put in anew. */
export function writeTexts(database: Database, effects: Iterable<TextEffect>): void {
  for (const { table, key, text } of effects) {
    if (text === null) database.run(REMOVE[table], key)
    else database.run(INSERT[table], key, text.title, text.tags, text.content)
  }
}

const REMOVE = {
  fts_head: 'DELETE FROM fts_head WHERE rowid = ?',
  fts_rest: 'DELETE FROM fts_rest WHERE rowid = ?',
} as const satisfies Record<TextEffect['table'], string>

const INSERT = {
  fts_head: 'INSERT OR REPLACE INTO fts_head (rowid, title, tags, content) VALUES (?, ?, ?, ?)',
  fts_rest: 'INSERT OR REPLACE INTO fts_rest (rowid, title, tags, content) VALUES (?, ?, ?, ?)',
} as const satisfies Record<TextEffect['table'], string>

interface TextRow {
  readonly title: string | null
  readonly tags: string | null
  readonly content: string | Uint8Array
}

function readText({ database, names }: WriteSession, version: number): IndexedText {
  const row = database.get<TextRow>('SELECT title, tags, content FROM versions WHERE key = ?', version)
  if (!row) throw new RangeError(`no version has the key ${version}`)
  const tags = parseTagKeys(row.tags).map((tag) => names.text(tag))
  return toIndexedText(row.title, tags, decodeContent(row.content))
}
