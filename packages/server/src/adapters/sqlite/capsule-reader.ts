import type { LinkKind } from '@forge-cascade/contract'
import { formatUuid } from '#base'
import type {
  CapsuleCounts,
  CapsuleFilter,
  CapsuleRevision,
  Embedding,
  Link,
  Page,
  StoredCapsule,
  SubjectOfCapsules,
  TrustEntry,
  VersionSummary,
} from '#capsules'
import { VERSIONS_READ_MAX } from '../../domain/capsules/rules/index.ts'
import { countCapsules } from './capsule-counter.ts'
import { findCapsule } from './capsule-rows.ts'
import { ACTIVE, ARCHIVED, ERASED, LINK_CODES } from './codes.ts'
import { parseCursor, writeCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { resolveFilter, versionInPast } from './filter-sql.ts'
import type { Names } from './names.ts'
import { placeKey } from './scope-keys.ts'
import { ACTIVE_SPACE } from './spaces.ts'
import type { StoredCapsules } from './stored-capsules.ts'
import { toVector } from './stored-vector.ts'

export interface Scope {
  readonly owner: string
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string
}

/** The reading methods of the capsule port that are no search, over one connection. */
export class CapsuleReader {
  readonly #database: Database
  readonly #names: Names
  readonly #stored: StoredCapsules

  constructor(database: Database, names: Names, stored: StoredCapsules) {
    this.#database = database
    this.#names = names
    this.#stored = stored
  }

  getHeads(ids: readonly string[]): StoredCapsule[] {
    return this.#stored.read(ids.flatMap((id) => findCapsule(this.#database, id)?.head ?? []))
  }

  findVersion(id: string, version: string): StoredCapsule | undefined {
    const key = this.#versionKey(id, version)
    return key === undefined ? undefined : this.#stored.read([key])[0]
  }

  findAsOf(id: string, asOf: number, knownAt: number | undefined): StoredCapsule | undefined {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return undefined
    const past = versionInPast({ asOf, knownAt })
    const row = this.#database.get<{ key: number }>(
      `SELECT v.key FROM capsules c CROSS JOIN versions v ON ${past.condition} WHERE c.key = ?`,
      ...past.values,
      capsule.key,
    )
    return row && this.#stored.read([row.key], knownAt)[0]
  }

  findByPlace(scope: Scope, place: string): StoredCapsule | undefined {
    const owner = this.#names.find(scope.owner)
    if (owner === undefined) return undefined
    const row = this.#database.get<{ head: number }>(
      `SELECT c.head FROM capsules c JOIN versions v ON v.key = c.head
       WHERE c.place = ? AND c.owner = ? AND v.place = ? AND c.status IN (${ACTIVE}, ${ARCHIVED})
       ORDER BY c.status = ${ACTIVE} DESC, c.key DESC LIMIT 1`,
      placeKey(scope.owner, scope, place),
      owner,
      place,
    )
    return row && this.#stored.read([row.head])[0]
  }

  listVersions(id: string, { limit, cursor }: PageRequest): Page<VersionSummary> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
    const keys = this.#versionKeys(id, before, limit + 1)
    const items = this.#stored.summaries(keys.slice(0, limit))
    return { items, next: keys.length > limit ? writeCursor(items.at(-1)!.ordinal) : undefined }
  }

  readVersions(id: string): StoredCapsule[] {
    return this.#stored.read(this.#versionKeys(id, Number.MAX_SAFE_INTEGER, VERSIONS_READ_MAX).reverse())
  }

  list(filter: CapsuleFilter, { limit, cursor }: PageRequest): Page<StoredCapsule> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
    const resolved = resolveFilter(this.#database, this.#names, filter)
    if (!resolved) return { items: [], next: undefined }
    const past = versionInPast(resolved)
    const [from, version, pastValues] = resolved.isPast
      ? [`capsules c CROSS JOIN versions v ON ${past.condition}`, 'v.key', past.values]
      : ['capsules c', 'c.head', []]
    const rows = this.#database.all<{ key: number; version: number }>(
      `SELECT c.key, ${version} AS version FROM ${from}
       WHERE c.key < ? AND ${resolved.conditions.join(' AND ')} ORDER BY c.key DESC LIMIT ?`,
      ...pastValues,
      before,
      ...resolved.values,
      limit + 1,
    )
    const page = rows.slice(0, limit)
    const items = this.#stored.read(
      page.map((row) => row.version),
      filter.knownAt,
    )
    return { items, next: rows.length > limit ? writeCursor(page.at(-1)!.key) : undefined }
  }

  /** Looks at every version: an identity that only old ones have counts too. */
  listOfSubject({ owner, identity }: SubjectOfCapsules, { limit, cursor }: PageRequest): Page<string> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
    const [ownerKey, identityKey] = [owner, identity].map((text) => (text === undefined ? -1 : this.#names.find(text)))
    const rows = this.#database.all<{ key: number; id: Uint8Array }>(
      `SELECT key, id FROM capsules WHERE status <> ${ERASED} AND key < ?1 AND (owner = ?2 OR key IN
       (SELECT capsule FROM versions WHERE identity = ?3)) ORDER BY key DESC LIMIT ?4`,
      before,
      ownerKey ?? -1,
      identityKey ?? -1,
      limit + 1,
    )
    const page = rows.slice(0, limit)
    const next = rows.length > limit ? writeCursor(page.at(-1)!.key) : undefined
    return { items: page.map(({ id }) => formatUuid(id)), next }
  }

  listRevisions(filter: CapsuleFilter, { limit, cursor }: PageRequest): Page<CapsuleRevision> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
    const { asOf: _asOf, knownAt: _knownAt, ...now } = filter
    const resolved = resolveFilter(this.#database, this.#names, now)
    if (!resolved) return { items: [], next: undefined }
    const rows = this.#database.all<{ key: number; id: Uint8Array; revision: number }>(
      `SELECT c.key, c.id, c.revision FROM capsules c
       WHERE c.key < ? AND ${resolved.conditions.join(' AND ')} ORDER BY c.key DESC LIMIT ?`,
      before,
      ...resolved.values,
      limit + 1,
    )
    const page = rows.slice(0, limit)
    const items = page.map(({ id, revision }) => ({ id: formatUuid(id), revision }))
    return { items, next: rows.length > limit ? writeCursor(page.at(-1)!.key) : undefined }
  }

  links(id: string, kinds: readonly LinkKind[] | undefined): Link[] {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return []
    interface LinkRow {
      readonly source: Uint8Array
      readonly target: Uint8Array
      readonly kind: number
      readonly weight: number
      readonly created_at: number
    }
    const rows = this.#database.all<LinkRow>(
      `SELECT a.id AS source, b.id AS target, l.kind, l.weight, l.created_at
       FROM (SELECT * FROM links WHERE source = ?1 UNION ALL SELECT * FROM links WHERE target = ?1) l
       JOIN capsules a ON a.key = l.source JOIN capsules b ON b.key = l.target
       ORDER BY l.created_at, l.source, l.kind, l.target`,
      capsule.key,
    )
    return rows
      .map(({ source, target, kind, weight, created_at }) => ({
        from: formatUuid(source),
        to: formatUuid(target),
        kind: LINK_CODES.decode(kind),
        weight,
        createdAt: created_at,
      }))
      .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
  }

  trustHistory(id: string, limit: number): TrustEntry[] {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return []
    const rows = this.#database.all<Omit<TrustEntry, 'actor'> & { readonly actor: number }>(
      'SELECT old, new, reason, at, actor FROM trust_history WHERE capsule = ? ORDER BY key DESC LIMIT ?',
      capsule.key,
      limit,
    )
    return rows.map((row) => ({ ...row, actor: this.#names.text(row.actor) }))
  }

  parentTrust(id: string): { readonly id: string; readonly effectiveTrust: number }[] {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return []
    const rows = this.#database.all<{ id: Uint8Array; effective_trust: number }>(
      `SELECT p.id, p.effective_trust FROM edges e JOIN capsules p ON p.key = e.parent
       WHERE e.child = ? AND e.version = ? GROUP BY p.key ORDER BY min(e.position)`,
      capsule.key,
      capsule.head,
    )
    return rows.map((row) => ({ id: formatUuid(row.id), effectiveTrust: row.effective_trust }))
  }

  listUnsettled(limit: number): string[] {
    const sql = 'SELECT id FROM capsules WHERE unsettled = 1 ORDER BY key DESC LIMIT ?'
    return this.#database.all<{ id: Uint8Array }>(sql, limit).map((row) => formatUuid(row.id))
  }

  findEmbedding(id: string, version: string): Embedding | undefined {
    const key = this.#versionKey(id, version)
    if (key === undefined) return undefined
    const row = this.#database.get<{ space: number; vector: Uint8Array }>(
      `SELECT e.space, e.vector FROM versions v CROSS JOIN embeddings e
       ON e.version = v.key AND e.space = coalesce(v.space, ${ACTIVE_SPACE}) WHERE v.key = ?`,
      key,
    )
    return row && { model: this.#stored.model(row.space), vector: toVector(row.vector).slice() }
  }

  /** Read from the smallest index alone: bytes of versions lie beside their contents. */
  count(): number {
    return this.#database.get<{ n: number }>('SELECT count(*) AS n FROM capsules')?.n ?? 0
  }

  counts(): CapsuleCounts {
    return countCapsules(this.#database, this.#names, this.#stored)
  }

  #versionKey(id: string, version: string): number | undefined {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return undefined
    if (capsule.version === version) return capsule.head
    const sql = 'SELECT key FROM versions WHERE capsule = ? AND version = ?'
    return this.#database.get<{ key: number }>(sql, capsule.key, version)?.key
  }

  /** Newest first, those with an ordinal below `before`. */
  #versionKeys(id: string, before: number, limit: number): number[] {
    const capsule = findCapsule(this.#database, id)
    if (!capsule) return []
    const sql = 'SELECT key FROM versions WHERE capsule = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT ?'
    return this.#database.all<{ key: number }>(sql, capsule.key, before, limit).map(({ key }) => key)
  }
}
