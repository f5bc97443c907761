import { formatUuid } from '#base'
import type { CapsuleFacts, CapsuleReach, Namespace } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import { LICENCE_CODES, STATUS_CODES, TYPE_CODES } from './codes.ts'
import type { Database, SqlValue } from './database.ts'
import type { Names } from './names.ts'
import { parseTagKeys } from './tag-keys.ts'

/** Code of the licence that opens reading; the schema's index of public versions names it too. */
const PUBLIC = LICENCE_CODES.encode('public')

const COLUMNS = ['owner', 'identity', 'lane', 'fold'] as const

/** Keys of the names that a namespace is made of. */
export type ResolvedNamespace = { readonly [Column in (typeof COLUMNS)[number]]?: number }

/** A reach with its words looked up. */
export interface ResolvedReach {
  /** A condition on the capsule `c`, whichever version is asked for: the head decides about all. */
  readonly condition: string
  readonly values: readonly SqlValue[]
  /** Keys of names. */
  readonly owners: readonly number[]
  /** Keys of capsules. */
  readonly capsules: readonly number[]
  readonly namespaces: readonly ResolvedNamespace[]
  readonly isPublic: boolean
}

/** Undefined when nothing can be within it. */
export function resolveReach(database: Database, names: Names, reach: CapsuleReach): ResolvedReach | undefined {
  const owners = reach.owners.flatMap((owner) => names.find(owner) ?? [])
  const capsules = reach.ids.flatMap((id) => findCapsule(database, id)?.key ?? [])
  const namespaces = reach.namespaces.flatMap((namespace) => resolveNamespace(names, namespace) ?? [])
  const isPublic = reach.licences.includes('public')
  const parts = { owners, capsules, namespaces, isPublic }
  const condition = toCondition(parts)
  return condition && { ...condition, ...parts }
}

/** Undefined where it names nothing, or a name that nobody used. */
function resolveNamespace(names: Names, namespace: Namespace): ResolvedNamespace | undefined {
  const named = COLUMNS.flatMap((column) => {
    const text = namespace[column]
    return text === undefined ? [] : [[column, names.find(text)] as const]
  })
  const isKnown = named.length > 0 && named.every(([, key]) => key !== undefined)
  return isKnown ? Object.fromEntries(named) : undefined
}

type Parts = Pick<ResolvedReach, 'owners' | 'capsules' | 'namespaces' | 'isPublic'>

function toCondition({ owners, capsules, namespaces, isPublic }: Parts) {
  const ways: string[] = []
  const values: SqlValue[] = []
  const listed = (column: string, keys: readonly number[]): void => {
    if (keys.length === 0) return
    ways.push(`c.${column} IN (SELECT value FROM json_each(?))`)
    values.push(JSON.stringify(keys))
  }
  listed('owner', owners)
  listed('key', capsules)
  listed('part_of', capsules)
  for (const namespace of namespaces) {
    const named = Object.entries(namespace)
    ways.push(`(${named.map(([column]) => `c.${column} = ?`).join(' AND ')})`)
    values.push(...named.map(([, key]) => key))
  }
  if (isPublic) ways.push(`(SELECT h.licence FROM versions h WHERE h.key = c.head) = ${PUBLIC}`)
  return ways.length === 0 ? undefined : { condition: `(${ways.join(' OR ')})`, values }
}

/** Keys of the capsules that these ways lead to, which no column of a slot tells: by id, as a chunk, by licence. */
export function listReached(database: Database, { capsules, isPublic }: ResolvedReach): readonly number[] {
  const chunks =
    capsules.length === 0
      ? []
      : database.all<{ key: number }>(
          'SELECT key FROM capsules WHERE part_of IN (SELECT value FROM json_each(?))',
          JSON.stringify(capsules),
        )
  const open = isPublic
    ? database.all<{ key: number }>(
        `SELECT c.key FROM versions v INDEXED BY version_public CROSS JOIN capsules c ON c.key = v.capsule AND c.head = v.key
         WHERE v.licence = ${PUBLIC}`,
      )
    : []
  return [...capsules, ...chunks.map(({ key }) => key), ...open.map(({ key }) => key)]
}

/** Keys of all capsules within reach; looks at every capsule. */
export const listWithin = (database: Database, { condition, values }: ResolvedReach): readonly number[] =>
  database.all<{ key: number }>(`SELECT c.key FROM capsules c WHERE ${condition}`, ...values).map(({ key }) => key)

interface FactsRow {
  readonly id: Uint8Array
  readonly owner: number
  readonly status: number
  readonly effective_trust: number
  readonly type: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: string | null
  readonly licence: number
  readonly document: Uint8Array | null
}

/** What access to the capsules of these ids depends on, in their order. */
export function readFacts(database: Database, names: Names, ids: readonly string[]): CapsuleFacts[] {
  const keys = ids.flatMap((id) => findCapsule(database, id)?.key ?? [])
  const rows = database.all<FactsRow>(
    `SELECT c.id, c.owner, c.status, c.effective_trust, c.type, c.identity, c.lane, c.fold, c.tags, h.licence,
       d.id AS document
     FROM json_each(?) wanted CROSS JOIN capsules c ON c.key = wanted.value CROSS JOIN versions h ON h.key = c.head
     LEFT JOIN capsules d ON d.key = c.part_of ORDER BY wanted.key`,
    JSON.stringify(keys),
  )
  return rows.map((row) => ({
    id: formatUuid(row.id),
    owner: names.text(row.owner),
    status: STATUS_CODES.decode(row.status),
    effectiveTrust: row.effective_trust,
    type: TYPE_CODES.decode(row.type),
    identity: names.textNullable(row.identity),
    lane: names.textNullable(row.lane),
    fold: names.textNullable(row.fold),
    tags: parseTagKeys(row.tags).map((tag) => names.text(tag)),
    licence: LICENCE_CODES.decode(row.licence),
    document: row.document === null ? null : formatUuid(row.document),
  }))
}
