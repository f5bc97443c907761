import type { CapsuleStatus } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { ArchivedCapsule, CapsuleDraft, Link, TrustEntry } from '#capsules'
import type { StoredLeaf } from '#ledger'
import type { ChangeEntry, Receipt } from '#store'

/** One version as written. Only its end is ever written again. */
export interface VersionRow
  extends Omit<CapsuleDraft, 'id' | 'owner' | 'trust' | 'validFrom' | 'embedding' | 'shadow'> {
  /** Model of the vector that a caller gave; null where the vector is the store's own to make. */
  readonly given: string | null
  /** By model; null where the text has no place in the model's space. */
  readonly vectors: ReadonlyMap<string, Float32Array | null>
  readonly version: string
  readonly versionReason: string | null
  readonly createdAt: number
  readonly validFrom: number
  /** When its validity ended, and when that was recorded. */
  readonly end: { readonly at: number; readonly recordedAt: number } | null
}

/** A capsule with all its versions, oldest first. Replaced as a whole by every change. */
export interface CapsuleRow {
  readonly id: string
  readonly owner: string
  readonly trust: number
  readonly effectiveTrust: number
  readonly status: CapsuleStatus
  /** See `ChunkStanding`. */
  readonly ownStatus: CapsuleStatus | null
  readonly revision: number
  readonly updatedAt: number
  readonly versions: readonly VersionRow[]
  /** Oldest first. */
  readonly trustHistory: readonly TrustEntry[]
  /** Where the content lies when it is in no version here. */
  readonly archived: Pick<ArchivedCapsule, 'segment' | 'key'> | null
}

export interface SpaceRow {
  readonly dimensions: number
  readonly role: 'given' | 'active' | 'shadow' | 'retired'
}

export interface RecordRow {
  readonly key: string
  readonly revision: number
  /** JSON text, so that nobody holds a reference into the store. */
  readonly json: string
  readonly expiresAt: number | null
}

export interface ReceiptRow {
  readonly receipt: Receipt
  readonly bodyDigest: string | undefined
  readonly decisionId: string
  readonly at: number
}

/** Everything the store knows. Values are immutable; the maps change through an `UndoLog` alone. */
export interface MemoryState {
  readonly capsules: Map<string, CapsuleRow>
  /** Parent id → ids of the capsules of which any version names it. */
  readonly children: Map<string, ReadonlySet<string>>
  /** Document id → ids of its chunks. */
  readonly chunks: Map<string, ReadonlySet<string>>
  readonly links: Map<string, Link>
  /** By embedding model; made by the first vector stored, or opened. */
  readonly spaces: Map<string, SpaceRow>
  readonly records: ReadonlyMap<string, Map<string, RecordRow>>
  readonly receipts: Map<string, ReceiptRow>
  /** Decision ids of grants that were good for one command, and were used. */
  readonly spent: Map<string, number>
  /** Index = sequence, in both. */
  readonly leaves: StoredLeaf[]
  readonly entries: ChangeEntry[]
}

export const createState = (collections: readonly string[]): MemoryState => ({
  capsules: new Map(),
  children: new Map(),
  chunks: new Map(),
  links: new Map(),
  spaces: new Map(),
  records: new Map(collections.map((name) => [name, new Map()])),
  receipts: new Map(),
  spent: new Map(),
  leaves: [],
  entries: [],
})

/** @throws CascadeError NOT_FOUND. */
export function getCapsule(state: MemoryState, id: string): CapsuleRow {
  const row = state.capsules.get(id)
  if (!row) throw new CascadeError('NOT_FOUND', `there is no capsule ${id}`)
  return row
}

/** @throws CascadeError NOT_FOUND; ERASED and IN_ARCHIVE, for nothing changes what was erased or is away. */
export function getLiving(state: MemoryState, id: string): CapsuleRow {
  const row = getCapsule(state, id)
  if (row.status === 'ERASED') throw new CascadeError('ERASED', `the capsule ${id} was erased`)
  if (row.archived)
    throw new CascadeError('IN_ARCHIVE', `the capsule ${id} lies in segment ${row.archived.segment} of the archive`)
  return row
}

/** A capsule has at least one version from its creation on. */
export const headOf = (row: CapsuleRow): VersionRow => row.versions.at(-1)!

export const linkKey = (from: string, to: string, kind: string): string => `${from} ${to} ${kind}`
