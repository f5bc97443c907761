import { formatUuid } from '#base'
import type { SpacesState, Unembedded, UnembeddedPage } from '#capsules'
import { UNEMBEDDED_CHARACTERS_MAX } from '../../domain/capsules/rules/index.ts'
import { decodeContent } from './content-codec.ts'
import type { Database } from './database.ts'
import { ROLES, SPACE_COLUMNS, type Space } from './spaces.ts'

/** How many versions a space of the store's own should hold, and how many it does. */
export interface Filling {
  readonly versions: number
  readonly filled: number
}

/** Read from indexes alone: rows of vectors and contents are far larger. */
export function readFilling(database: Database, space: number): Filling {
  const count = (sql: string, ...values: number[]): number => database.get<{ n: number }>(sql, ...values)?.n ?? 0
  const versions = count(
    'SELECT count(*) AS n FROM versions INDEXED BY version_own WHERE indexed = 1 AND space IS NULL',
  )
  const rows = count('SELECT count(*) AS n FROM embeddings INDEXED BY embedding_of WHERE space = ?', space)
  const given = count('SELECT count(*) AS n FROM versions INDEXED BY version_given WHERE space = ?', space)
  const blank = count('SELECT count(*) AS n FROM blanks WHERE space = ?', space)
  return { versions, filled: rows - given + blank }
}

/** To be called within one read transaction. */
export function readSpaces(database: Database): SpacesState {
  const spaces = database.all<Space>(`SELECT ${SPACE_COLUMNS} FROM spaces WHERE role <> ${ROLES.given} ORDER BY key`)
  const stateOf = (role: number) => {
    const space = spaces.find((one) => one.role === role)
    if (!space) return null
    const { model, dimensions } = space
    return { model, dimensions, filled: readFilling(database, space.key).filled }
  }
  return {
    active: stateOf(ROLES.active),
    shadow: stateOf(ROLES.shadow),
    retired: spaces.filter(({ role }) => role === ROLES.retired).map(({ model }) => model),
    versions: readFilling(database, 0).versions,
  }
}

interface MissingRow {
  readonly cursor: number
  readonly id: Uint8Array
  readonly version: string
  readonly title: string | null
  readonly content: string | Uint8Array
}

const MISSING = `NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.version = v.key AND e.space = ?1)
  AND NOT EXISTS (SELECT 1 FROM blanks b WHERE b.space = ?1 AND b.version = v.key)`
const COLUMNS = 'c.id, v.version, v.title, v.content'

/** First the heads by their capsules, then older versions by their own keys, each newest first. */
const PASSES = {
  heads: `SELECT c.key AS cursor, ${COLUMNS} FROM capsules c CROSS JOIN versions v ON v.key = c.head
    WHERE c.key < ?2 AND c.indexed = 1 AND c.space IS NULL
      AND ${MISSING.replaceAll('v.key', 'c.head')} ORDER BY c.key DESC LIMIT ?3`,
  versions: `SELECT v.key AS cursor, ${COLUMNS} FROM versions v INDEXED BY version_own CROSS JOIN capsules c ON c.key = v.capsule
    WHERE v.indexed = 1 AND v.space IS NULL AND v.key < ?2 AND c.head <> v.key AND ${MISSING} ORDER BY v.key DESC LIMIT ?3`,
} as const

/** Versions of the store's own without a vector of the model; see `EmbeddingSpaces.listUnembedded`. */
export function listUnembedded(
  database: Database,
  model: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): UnembeddedPage {
  const sql = `SELECT key FROM spaces WHERE model = ? AND role IN (${ROLES.active}, ${ROLES.shadow})`
  const space = database.get<{ key: number }>(sql, model)
  if (!space) return { items: [], next: undefined }
  let { pass, before } = parsePlace(cursor)
  let rows = database.all<MissingRow>(PASSES[pass], space.key, before, limit)
  if (rows.length === 0 && pass === 'heads') {
    pass = 'versions'
    before = Number.MAX_SAFE_INTEGER
    rows = database.all<MissingRow>(PASSES[pass], space.key, before, limit)
  }
  const { items, last } = takeText(rows)
  return { items, next: last === undefined ? undefined : `${pass}:${last}` }
}

/** As many as have their text within the bound, and one at least. */
function takeText(rows: readonly MissingRow[]): { readonly items: Unembedded[]; readonly last: number | undefined } {
  const items: Unembedded[] = []
  let characters = 0
  let last: number | undefined
  for (const { cursor, id, version, title, content: stored } of rows) {
    const content = decodeContent(stored)
    characters += content.length
    if (items.length > 0 && characters > UNEMBEDDED_CHARACTERS_MAX) break
    items.push({ id: formatUuid(id), version, title, content })
    last = cursor
  }
  return { items, last }
}

interface Place {
  readonly pass: keyof typeof PASSES
  readonly before: number
}

// Made by this adapter and kept in memory by its caller: what is no cursor begins at the beginning.
function parsePlace(cursor: string | undefined): Place {
  const match = /^(heads|versions):(\d{1,16})$/.exec(cursor ?? '')
  if (!match) return { pass: 'heads', before: Number.MAX_SAFE_INTEGER }
  return { pass: match[1] === 'versions' ? 'versions' : 'heads', before: Number(match[2]) }
}
