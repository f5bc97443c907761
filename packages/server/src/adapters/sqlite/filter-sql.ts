import type { CapsuleStatus } from '@forge-cascade/contract'
import type { CapsuleFilter } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import { STATUS_CODES, TYPE_CODES } from './codes.ts'
import type { Database, SqlValue } from './database.ts'
import type { Names } from './names.ts'
import { type ResolvedReach, resolveReach } from './reach-sql.ts'

/** A filter with its words looked up: each part is a condition of SQL with its values. */
export interface ResolvedFilter {
  /** Conditions on the capsule `c`, and on those members that lie in the version: `v` in the past, else `c` as well. */
  readonly conditions: readonly string[]
  readonly values: readonly SqlValue[]
  /** Asks about the past: the version is chosen by time. */
  readonly isPast: boolean
  /** Asks for nothing but status and trust, which nearly all capsules have. */
  readonly isBroad: boolean
  readonly statuses: readonly number[]
  readonly minTrust: number
  readonly types: readonly number[] | undefined
  readonly owner: number | undefined
  readonly identity: number | undefined
  readonly lane: number | undefined
  readonly fold: number | undefined
  readonly tags: readonly number[]
  /** Key of the document whose chunks are asked for. */
  readonly partOf: number | undefined
  readonly asOf: number | undefined
  readonly knownAt: number | undefined
  readonly chunks: boolean | undefined
  readonly reach: ResolvedReach | undefined
}

/** Looks up the words of a filter; undefined when one of them was never used, so that nothing can match. */
export function resolveFilter(database: Database, names: Names, filter: CapsuleFilter): ResolvedFilter | undefined {
  const words = [filter.owner, filter.identity, filter.lane, filter.fold]
  const keys = words.map((word) => (word === undefined ? undefined : names.find(word)))
  const tags = (filter.tags ?? []).map((tag) => names.find(tag))
  const document = filter.partOf === undefined ? undefined : findCapsule(database, filter.partOf)
  if (words.some((word, at) => word !== undefined && keys[at] === undefined)) return undefined
  if (filter.partOf !== undefined && !document) return undefined
  const known = tags.filter((tag) => tag !== undefined)
  if (known.length < tags.length) return undefined
  const reach = filter.reach && resolveReach(database, names, filter.reach)
  if (filter.reach && !reach) return undefined
  const isPast = filter.asOf !== undefined || filter.knownAt !== undefined
  const statuses = (filter.statuses ?? defaultStatuses(filter.asOf)).map(STATUS_CODES.encode)
  const [owner, identity, lane, fold] = keys
  const narrow = {
    types: filter.types?.map(TYPE_CODES.encode),
    owner,
    identity,
    lane,
    fold,
    tags: [...new Set(known)],
    partOf: document?.key,
    chunks: filter.chunks,
    reach,
  }
  const common = { statuses, minTrust: filter.minTrust ?? 0, asOf: filter.asOf, knownAt: filter.knownAt, isPast }
  return { ...narrow, ...common, ...toConditions({ ...narrow, ...common }) }
}

/** Archiving ends what is valid, and does not change what was believed before that. */
const defaultStatuses = (asOf: number | undefined): readonly CapsuleStatus[] =>
  asOf === undefined ? ['ACTIVE'] : ['ACTIVE', 'ARCHIVED']

type Parts = Omit<ResolvedFilter, 'conditions' | 'values' | 'isBroad'>

function toConditions(parts: Parts): Pick<ResolvedFilter, 'conditions' | 'values' | 'isBroad'> {
  const conditions = [`c.status IN (${parts.statuses.join(', ') || 'NULL'})`]
  const values: SqlValue[] = []
  const add = (condition: string, ...given: SqlValue[]): void => {
    conditions.push(condition)
    values.push(...given)
  }
  if (parts.minTrust > 0) add('c.effective_trust >= ?', parts.minTrust)
  const always = conditions.length
  // In the present these members lie in the capsule's row as well, which is smaller and nearer.
  const at = parts.isPast ? 'v' : 'c'
  if (parts.owner !== undefined) add('c.owner = ?', parts.owner)
  if (parts.identity !== undefined) add(`${at}.identity = ?`, parts.identity)
  if (parts.lane !== undefined) add(`${at}.lane = ?`, parts.lane)
  if (parts.fold !== undefined) add(`${at}.fold = ?`, parts.fold)
  if (parts.types) add(`${at}.type IN (${parts.types.join(', ') || 'NULL'})`)
  if (parts.partOf !== undefined) add(`${at}.part_of = ?`, parts.partOf)
  if (parts.chunks !== undefined) add(`${at}.part_of IS ${parts.chunks ? 'NOT NULL' : 'NULL'}`)
  for (const tag of parts.tags) add(holdsTag(at), tagMark(tag))
  if (parts.reach) add(parts.reach.condition, ...parts.reach.values)
  return { conditions, values, isBroad: conditions.length === always }
}

/** True where the row's list of keys (`tagText`) holds the one that `tagMark` has made the value. */
export const holdsTag = (at: 'c' | 'v'): string => `instr(replace(replace(${at}.tags, '[', ','), ']', ','), ?)`
export const tagMark = (tag: number): string => `,${tag},`

/**
 * Which version `v` of capsule `c` a question about the past is answered from: the newest that was recorded by
 * `knownAt` and had begun by `asOf`, unless it had ended by then. An end that was recorded later is not known yet.
 */
export function versionInPast({ asOf, knownAt }: Pick<ResolvedFilter, 'asOf' | 'knownAt'>): {
  readonly condition: string
  readonly values: readonly SqlValue[]
} {
  const bounds = [
    ...(asOf === undefined ? [] : [{ sql: 'p.valid_from <= ?', value: asOf }]),
    ...(knownAt === undefined ? [] : [{ sql: 'p.created_at <= ?', value: knownAt }]),
  ]
  const where = bounds.map(({ sql }) => ` AND ${sql}`).join('')
  const newest = `v.key = (SELECT p.key FROM versions p WHERE p.capsule = c.key${where} ORDER BY p.ordinal DESC LIMIT 1)`
  const values = bounds.map(({ value }) => value)
  if (asOf === undefined) return { condition: newest, values }
  const unknown = knownAt === undefined ? '' : ' OR v.ended_at > ?'
  return {
    condition: `${newest} AND (v.valid_to IS NULL OR v.valid_to > ?${unknown})`,
    values: [...values, asOf, ...(knownAt === undefined ? [] : [knownAt])],
  }
}
