import { formatUuid } from '#base'
import type { AgedCapsule, ArchivedCapsule, CapsuleBody, Embedding, Page, TrustEntry, VersionBody } from '#capsules'
import { BODY_BYTES_MAX, tooLargeToMove } from '../../domain/capsules/rules/index.ts'
import type { PageRequest } from './capsule-reader.ts'
import { findCapsule } from './capsule-rows.ts'
import { ACTIVE, ARCHIVED, ERASED, STATUS_CODES, TYPE_CODES } from './codes.ts'
import { parseCursor, writeCursor } from './cursor.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import type { StoredCapsules } from './stored-capsules.ts'
import { toVector } from './stored-vector.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { CapsuleRow } from './write-session.ts'

/** Capsules looked at for one page, so that no page reads the whole store. */
const LOOKED_AT = 20_000

/** What moves into an archive, and what lies there. */
export class ArchiveReader {
  readonly #database: Database
  readonly #names: Names
  readonly #stored: StoredCapsules

  constructor(database: Database, names: Names, stored: StoredCapsules) {
    this.#database = database
    this.#names = names
    this.#stored = stored
  }

  readBodies(ids: readonly string[], bytesMax = BODY_BYTES_MAX): CapsuleBody[] {
    return ids.flatMap((id) => {
      const row = findCapsule(this.#database, id)
      if (!row || row.status === ERASED || row.segment !== null) return []
      if (row.bytes > bytesMax) throw tooLargeToMove(id, row.bytes, bytesMax)
      return [this.#bodyOf(row)]
    })
  }

  findArchived(ids: readonly string[]): ArchivedCapsule[] {
    return ids.flatMap((id) => {
      const row = findCapsule(this.#database, id)
      if (!row?.segment) return []
      const found = this.#database.get<{ segment_key: Uint8Array }>(
        'SELECT segment_key FROM capsules WHERE key = ?',
        row.key,
      )
      return [{ id, segment: formatUuid(row.segment), key: found?.segment_key ?? new Uint8Array() }]
    })
  }

  listRecordedBefore(moment: number, { limit, cursor }: PageRequest): Page<AgedCapsule> {
    const after = cursor === undefined ? 0 : parseCursor(cursor)
    const rows = this.#database.all<AgedRow>(
      `SELECT c.key, c.id, c.owner, c.type, c.tags, c.identity, c.lane, c.fold, v.created_at AS recorded_at, c.updated_at
       FROM capsules c CROSS JOIN versions v ON v.key = c.head
       WHERE c.key > ?1 AND c.key <= ?1 + ${LOOKED_AT} AND c.created_at < ?2 AND c.status IN (${ACTIVE}, ${ARCHIVED})
         AND c.part_of IS NULL AND c.segment IS NULL AND v.created_at < ?2 ORDER BY c.key LIMIT ?3`,
      after,
      moment,
      limit,
    )
    const last = rows.length === limit ? rows.at(-1)!.key : after + LOOKED_AT
    return {
      items: rows.map((row) => this.#toAged(row)),
      next: this.#hasMore(last, moment) ? writeCursor(last) : undefined,
    }
  }

  /** Keys grow in the order of creation, and so do times, but for a clock that was set back. */
  #hasMore(after: number, moment: number): boolean {
    const sql = 'SELECT 1 FROM capsules WHERE key > ? AND created_at < ? LIMIT 1'
    return this.#database.get(sql, after, moment) !== undefined
  }

  #toAged(row: AgedRow): AgedCapsule {
    const names = this.#names
    return {
      id: formatUuid(row.id),
      owner: names.text(row.owner),
      type: TYPE_CODES.decode(row.type),
      tags: parseTagKeys(row.tags).map((tag) => names.text(tag)),
      identity: names.textNullable(row.identity),
      lane: names.textNullable(row.lane),
      fold: names.textNullable(row.fold),
      recordedAt: row.recorded_at,
      updatedAt: row.updated_at,
    }
  }

  #bodyOf(row: CapsuleRow): CapsuleBody {
    const { own_status: own } = this.#database.get<{ own_status: number | null }>(
      'SELECT own_status FROM capsules WHERE key = ?',
      row.key,
    ) ?? { own_status: null }
    return {
      id: formatUuid(row.id),
      owner: this.#names.text(row.owner),
      // Erased ones are left out.
      status: STATUS_CODES.decode(row.status) as CapsuleBody['status'],
      ownStatus: own === null ? null : STATUS_CODES.decode(own),
      trust: row.trust,
      revision: row.revision,
      versions: this.#versionsOf(row.key),
      trustHistory: this.#trustHistoryOf(row.key),
    }
  }

  #versionsOf(capsule: number): VersionBody[] {
    const rows = this.#database.all<BodyRow>(
      'SELECT key, place, digest_key, indexed, space, version_reason FROM versions WHERE capsule = ? ORDER BY ordinal',
      capsule,
    )
    const stored = this.#stored.read(rows.map(({ key }) => key))
    return rows.map((row, index) => {
      const { version, ordinal, author, partOf, createdAt, validFrom, validTo, ...content } = stored[index]!
      const { type, title, content: text, tags, category, licence, licenceTerms } = content
      const { identity, lane, fold, metadata, source, parents } = content
      return {
        ...{ version, ordinal, author, versionReason: row.version_reason },
        ...{ type, title, content: text, tags, category, licence, licenceTerms },
        ...{ identity, lane, fold, metadata, source, parents, partOf },
        ...{ place: row.place, digestKey: row.digest_key, indexed: row.indexed === 1 },
        ...{ given: this.#givenOf(row), createdAt, validFrom, validTo },
      }
    })
  }

  #givenOf({ key, space }: BodyRow): Embedding | null {
    if (space === null) return null
    const sql = 'SELECT vector FROM embeddings WHERE version = ? AND space = ?'
    const found = this.#database.get<{ vector: Uint8Array }>(sql, key, space)
    return found ? { model: this.#stored.model(space), vector: toVector(found.vector).slice() } : null
  }

  #trustHistoryOf(capsule: number): TrustEntry[] {
    const rows = this.#database.all<Omit<TrustEntry, 'actor'> & { readonly actor: number }>(
      'SELECT old, new, reason, at, actor FROM trust_history WHERE capsule = ? ORDER BY key',
      capsule,
    )
    return rows.map((row) => ({ ...row, actor: this.#names.text(row.actor) }))
  }
}

interface AgedRow {
  readonly key: number
  readonly id: Uint8Array
  readonly owner: number
  readonly type: number
  readonly tags: string | null
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly recorded_at: number
  readonly updated_at: number
}

interface BodyRow {
  readonly key: number
  readonly place: string | null
  readonly digest_key: Uint8Array
  readonly indexed: number
  readonly space: number | null
  readonly version_reason: string | null
}
