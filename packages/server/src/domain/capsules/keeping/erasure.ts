import type { Erasure } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { CollectionDefinition } from '#store'
import type { CapsuleRevision } from '../capsule-store.ts'

/** Erasures by reversed id, so that key order is newest first; the ids of their capsules, page by page. */
export const ERASURE_COLLECTIONS = [
  { name: 'erasures', indexes: ['state'] },
  { name: 'erasure_ids', indexes: [] },
] as const satisfies readonly CollectionDefinition[]

/** Ids in one record: 40 bytes each, well below the size of a record. */
export const IDS_PER_PAGE = 1000

/** What is erased: one capsule, all of an owner and an identity, or those of many that nothing forbids. */
export type ErasureTarget =
  | { readonly kind: 'capsule'; readonly capsule: string }
  | { readonly kind: 'subject'; readonly subject: string }
  | { readonly kind: 'capsules'; readonly capsules: readonly CapsuleRevision[] }

/** An erasure as the store keeps it. It names no subject: only who knows one can find it again by its digest. */
export interface ErasureRow {
  readonly id: string
  readonly state: 'running' | 'completed'
  readonly target: Erasure['target']
  readonly legalBasis: string
  readonly requestedBy: string
  readonly begunAt: number
  readonly completedAt: number | null
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  /** Pages of ids. */
  readonly pages: number
  readonly stays: Erasure['stays']
  /** Whose name goes as well; null where no owner is erased, or something of theirs stays. */
  readonly owner: string | null
  readonly places: Erasure['places']
  readonly sequence: number | null
  readonly certificate: string | null
  readonly certificateSha256: string | null
}

/** What no instance can reach; said in each receipt. */
export const OUTSIDE = [
  'exports, answers and citations that were taken out: they are files of whoever took them',
  'the files, folders and repositories that were imported: importing them again brings their text in again',
  'stores that a backup was restored to in other folders: each is an instance of its own, erase there as well',
  'copies of keys and of the data folder that were made without this program, and what they open',
  'snapshots and backups of the disk that were made without this program',
  'blocks of the disk that held files which were deleted or rewritten: encrypt the disk, or discard them',
] as const

export const pageKey = (id: string, page: number): string => `${id}:${page}`

/** An erasure as the API and the certificate show it. */
export const presentErasure = (row: ErasureRow, ids: readonly string[]): Erasure => ({
  id: row.id,
  state: row.state,
  target: row.target,
  legal_basis: row.legalBasis,
  requested_by: row.requestedBy,
  begun_at: toRfc3339(row.begunAt),
  completed_at: row.completedAt === null ? null : toRfc3339(row.completedAt),
  capsules: row.capsules,
  chunks: row.chunks,
  versions: row.versions,
  capsule_ids: [...ids],
  stays: [...row.stays],
  holds: [],
  places: [...row.places],
  outside: [...OUTSIDE],
  sequence: row.sequence,
  certificate: row.certificate,
  certificate_sha256: row.certificateSha256,
})
