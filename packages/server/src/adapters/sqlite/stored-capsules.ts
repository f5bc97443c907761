import type { Source } from '@forge-cascade/contract'
import { formatUuid } from '#base'
import type { ParentEdge, PartOf, StoredCapsule, VersionSummary } from '#capsules'
import { LICENCE_CODES, STATUS_CODES, TYPE_CODES } from './codes.ts'
import { decodeContent } from './content-codec.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import { ACTIVE_SPACE } from './spaces.ts'
import { parseTagKeys } from './tag-keys.ts'

interface VersionRow {
  readonly capsule: number
  readonly key: number
  readonly id: Uint8Array
  readonly owner: number
  readonly status: number
  readonly segment: Uint8Array | null
  readonly trust: number
  readonly effective_trust: number
  readonly revision: number
  readonly head: number
  readonly updated_at: number
  readonly ordinal: number
  readonly version: string
  readonly created_at: number
  readonly valid_from: number
  readonly valid_to: number | null
  readonly ended_at: number | null
  readonly type: number
  readonly space: number | null
  readonly author: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly part_of: number | null
  readonly part_index: number | null
  readonly part_place: string | null
  readonly licence: number
  readonly category: string | null
  readonly title: string | null
  readonly tags: string | null
  readonly fingerprint: Uint8Array
  readonly metadata: string | null
  readonly source: string | null
  readonly version_reason: string | null
  readonly licence_terms: string | null
  readonly content: string | Uint8Array
  readonly has_parents: number
}

const COLUMNS = `v.capsule, v.key, c.id, c.owner, c.status, c.segment, c.trust, c.effective_trust, c.revision, c.head, c.updated_at,
  v.ordinal, v.version, v.created_at, v.valid_from, v.valid_to, v.ended_at, v.type, v.author, v.identity, v.lane,
  v.fold, v.part_of, v.part_index, v.part_place, v.licence, v.category, v.title, v.tags, v.fingerprint, v.metadata,
  v.source, v.version_reason, v.licence_terms, v.content,
  CASE WHEN v.indexed = 1 THEN
    (SELECT e.space FROM embeddings e WHERE e.version = v.key AND e.space = coalesce(v.space, ${ACTIVE_SPACE})) END AS space,
  EXISTS (SELECT 1 FROM edges e WHERE e.child = v.capsule AND e.version = v.key) AS has_parents`

/** Versions as the port hands them out, read by their keys. */
export class StoredCapsules {
  readonly #database: Database
  readonly #names: Names
  readonly #models = new Map<number, string>()

  constructor(database: Database, names: Names) {
    this.#database = database
    this.#names = names
  }

  /** The versions of these keys, in the order asked; keys that are not there are left out. */
  read(keys: readonly number[], knownAt?: number): StoredCapsule[] {
    if (keys.length === 0) return []
    const rows = this.#database.all<VersionRow>(
      `SELECT ${COLUMNS} FROM json_each(?) wanted CROSS JOIN versions v ON v.key = wanted.value
       CROSS JOIN capsules c ON c.key = v.capsule ORDER BY wanted.key`,
      JSON.stringify(keys),
    )
    return rows.map((row) => this.#toStored(row, knownAt))
  }

  /** The history rows of these versions, which carry no content. */
  summaries(keys: readonly number[]): VersionSummary[] {
    const reasons = new Map(
      this.#database
        .all<{ key: number; version_reason: string | null }>(
          'SELECT v.key, v.version_reason FROM json_each(?) wanted CROSS JOIN versions v ON v.key = wanted.value',
          JSON.stringify(keys),
        )
        .map((row) => [row.key, row.version_reason]),
    )
    return this.read(keys).map((stored, position) => ({
      version: stored.version,
      ordinal: stored.ordinal,
      title: stored.title,
      author: stored.author,
      versionReason: reasons.get(keys[position]!) ?? null,
      source: stored.source,
      fingerprint: stored.fingerprint,
      createdAt: stored.createdAt,
      validFrom: stored.validFrom,
      validTo: stored.validTo,
    }))
  }

  /** The model of a space. */
  model(space: number): string {
    const known = this.#models.get(space)
    if (known !== undefined) return known
    const row = this.#database.get<{ model: string }>('SELECT model FROM spaces WHERE key = ?', space)
    if (!row) throw new RangeError(`no space has the key ${space}`)
    this.#models.set(space, row.model)
    return row.model
  }

  #toStored(row: VersionRow, knownAt: number | undefined): StoredCapsule {
    const names = this.#names
    return {
      id: formatUuid(row.id),
      version: row.version,
      ordinal: row.ordinal,
      isHead: row.head === row.key,
      revision: row.revision,
      owner: names.text(row.owner),
      author: names.text(row.author),
      trust: row.trust,
      effectiveTrust: row.effective_trust,
      status: STATUS_CODES.decode(row.status),
      archivedIn: row.segment === null ? null : formatUuid(row.segment),
      type: TYPE_CODES.decode(row.type),
      title: row.title,
      content: decodeContent(row.content),
      tags: parseTagKeys(row.tags).map((tag) => names.text(tag)),
      category: row.category,
      licence: LICENCE_CODES.decode(row.licence),
      licenceTerms: row.licence_terms,
      identity: names.textNullable(row.identity),
      lane: names.textNullable(row.lane),
      fold: names.textNullable(row.fold),
      metadata: row.metadata === null ? {} : parseMetadata(row.metadata),
      source: row.source === null ? null : parseSource(row.source),
      parents: row.has_parents === 1 ? this.#parents(row.capsule, row.key) : [],
      partOf: this.#partOf(row),
      embeddingModel: row.space === null ? null : this.model(row.space),
      fingerprint: Buffer.from(row.fingerprint).toString('hex'),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      validFrom: row.valid_from,
      // An end that was recorded later is not known yet.
      validTo: knownAt !== undefined && row.ended_at !== null && row.ended_at > knownAt ? null : row.valid_to,
    }
  }

  #parents(child: number, version: number): ParentEdge[] {
    interface EdgeRow {
      readonly id: Uint8Array
      readonly parent_version: string
      readonly reason: string
      readonly at: number
      readonly changes: string | null
    }
    const rows = this.#database.all<EdgeRow>(
      `SELECT p.id, e.parent_version, e.reason, e.at, e.changes FROM edges e JOIN capsules p ON p.key = e.parent
       WHERE e.child = ? AND e.version = ? ORDER BY e.position`,
      child,
      version,
    )
    return rows.map(({ id, parent_version, reason, at, changes }) => {
      const edge = { id: formatUuid(id), version: parent_version, reason, at }
      return changes === null ? edge : { ...edge, changes: JSON.parse(changes) as unknown }
    })
  }

  #partOf({ part_of, part_place, part_index }: VersionRow): PartOf | null {
    if (part_of === null) return null
    const row = this.#database.get<{ id: Uint8Array }>('SELECT id FROM capsules WHERE key = ?', part_of)
    return row ? { id: formatUuid(row.id), place: part_place ?? '', index: part_index ?? 0 } : null
  }
}

// Both are written by the capsule writer from values of these types.
const parseMetadata = (text: string) => JSON.parse(text) as Record<string, unknown>
const parseSource = (text: string) => JSON.parse(text) as Source
