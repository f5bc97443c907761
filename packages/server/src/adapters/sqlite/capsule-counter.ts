import type { CapsuleCounts, Counted, ScopeTally } from '#capsules'
import { SCOPES_COUNTED_MAX, tally, trustLevel } from '../../domain/capsules/rules/index.ts'
import { STATUS_CODES, TYPE_CODES } from './codes.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import { ACTIVE_SPACE } from './spaces.ts'
import type { StoredCapsules } from './stored-capsules.ts'

/** Capsules that are alike in what is counted; there are few such kinds, and one pass over the table finds all. */
interface CountedKind {
  readonly status: number
  readonly type: number
  readonly trust: number
  readonly capsules: number
  readonly chunks: number
  readonly bytes: number
}

interface CountedScope {
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly capsules: number
  readonly bytes: number
  readonly scopes: number
}

/** The head's vector lies in the space of what a caller gave, else in the active one. */
const BY_MODEL = `SELECT coalesce(c.space, ${ACTIVE_SPACE}) AS space, count(*) AS capsules, sum(c.bytes) AS bytes
  FROM capsules c WHERE c.indexed = 1 AND EXISTS (
    SELECT 1 FROM embeddings e WHERE e.version = c.head AND e.space = coalesce(c.space, ${ACTIVE_SPACE})) GROUP BY 1`

const BY_SCOPE = `SELECT identity, lane, fold, count(*) AS capsules, sum(bytes) AS bytes, count(*) OVER () AS scopes
  FROM capsules GROUP BY identity, lane, fold ORDER BY count(*) DESC, min(key) LIMIT ${SCOPES_COUNTED_MAX}`

const LINEAGE = `SELECT count(*) AS capsules, sum(depth) AS sum, max(depth) AS max, sum(depth > 0) AS derived
  FROM capsules WHERE part_of IS NULL`

/** Counts what there is, in passes over the capsules alone: contents lie elsewhere. To be called within one state. */
export function countCapsules(database: Database, names: Names, stored: StoredCapsules): CapsuleCounts {
  const one = <Row>(sql: string): Row => database.get<Row>(sql)!
  const kinds = database.all<CountedKind>(
    `SELECT status, type, effective_trust AS trust, count(*) AS capsules, count(part_of) AS chunks, sum(bytes) AS bytes
     FROM capsules GROUP BY status, type, effective_trust`,
  )
  const models = database.all<{ space: number; capsules: number; bytes: number }>(BY_MODEL)
  const scopes = database.all<CountedScope>(BY_SCOPE)
  const by = (name: (kind: CountedKind) => string) =>
    tally(kinds.map((kind): Counted => ({ name: name(kind), capsules: kind.capsules, bytes: kind.bytes })))
  return {
    capsules: sum(kinds, 'capsules'),
    chunks: sum(kinds, 'chunks'),
    versions: one<{ n: number }>('SELECT count(*) AS n FROM versions INDEXED BY version_of').n,
    contentBytes: sum(kinds, 'bytes'),
    byStatus: by(({ status }) => STATUS_CODES.decode(status)),
    byType: by(({ type }) => TYPE_CODES.decode(type)),
    byTrustLevel: by(({ trust }) => trustLevel(trust)),
    byEmbeddingModel: tally(models.map(({ space, ...counted }) => ({ name: stored.model(space), ...counted }))),
    scopes: scopes[0]?.scopes ?? 0,
    byScope: scopes.map((scope) => toScope(names, scope)),
    lineage: lineageOf(one(LINEAGE)),
    sequence: one<{ n: number }>('SELECT coalesce(max(sequence), -1) AS n FROM leaves').n,
  }
}

const sum = (kinds: readonly CountedKind[], member: 'capsules' | 'chunks' | 'bytes'): number =>
  kinds.reduce((total, kind) => total + kind[member], 0)

const toScope = (names: Names, { identity, lane, fold, capsules, bytes }: CountedScope): ScopeTally => ({
  identity: names.textNullable(identity),
  lane: names.textNullable(lane),
  fold: names.textNullable(fold),
  capsules,
  bytes,
})

interface Depths {
  readonly capsules: number
  readonly sum: number | null
  readonly max: number | null
  readonly derived: number | null
}

const lineageOf = ({ capsules, sum, max, derived }: Depths): CapsuleCounts['lineage'] => ({
  derived: derived ?? 0,
  depthMean: capsules === 0 ? 0 : (sum ?? 0) / capsules,
  depthMax: max ?? 0,
})
