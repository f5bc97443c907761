import { ACTIVE } from './codes.ts'
import { decodeContent } from './content-codec.ts'
import { HEADS, type Part, REST, type VersionText } from './lexical/index.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { WriteSession } from './write-session.ts'

/**
 * Makes the index of words anew from the versions themselves, in one transaction; searches go on with the old one until
 * then. Segments are made of it in the background, as of anything that is written.
 *
 * @returns how many versions are in it.
 */
export function rebuildWords(session: WriteSession): number {
  const { database } = session
  try {
    database.transaction(() => session.texts.rebuild(readTexts(session)))
  } finally {
    session.texts.forget()
  }
  return database.get<{ n: number }>('SELECT count(*) AS n FROM term_streams')?.n ?? 0
}

interface TextRow {
  readonly version: number
  readonly capsule: number
  readonly title: string | null
  readonly tags: string | null
  readonly content: string | Uint8Array
  readonly is_head: number
}

const TEXTS = `SELECT v.key AS version, v.capsule, v.title, v.tags, v.content,
    c.status = ${ACTIVE} AND c.head = v.key AS is_head
  FROM versions v CROSS JOIN capsules c ON c.key = v.capsule WHERE v.indexed = 1 ORDER BY v.key`

function* readTexts({ database, names }: WriteSession): Generator<VersionText & { readonly part: Part }> {
  for (const row of database.iterate<TextRow>(TEXTS)) {
    const { version, capsule, title } = row
    const tags = parseTagKeys(row.tags).map((tag) => names.text(tag))
    yield { version, capsule, title, tags, content: decodeContent(row.content), part: row.is_head === 1 ? HEADS : REST }
  }
}
