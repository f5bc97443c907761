import type { CapsuleStatus, CapsuleType } from '@forge-cascade/contract'
import type { Change } from '#store'
import type { Embedding, PartOf, TrustEntry, VersionContent } from './capsule.ts'
import type { VersionDraft } from './capsule-draft.ts'

/** All that a version says, with what belongs to it and can not be made again. Times in milliseconds since 1970. */
export interface VersionBody extends VersionContent {
  readonly version: string
  readonly ordinal: number
  readonly author: string
  readonly versionReason: string | null
  readonly partOf: PartOf | null
  readonly place: string | null
  /** The key of its salted digests in the log. */
  readonly digestKey: Uint8Array
  /** False for a document that is found through its chunks. */
  readonly indexed: boolean
  /** The vector that a caller gave; null where the vector is the store's own to make. */
  readonly given: Embedding | null
  readonly createdAt: number
  readonly validFrom: number
  readonly validTo: number | null
}

/** A capsule as a whole, as it goes into an archive. */
export interface CapsuleBody {
  readonly id: string
  readonly owner: string
  readonly status: Exclude<CapsuleStatus, 'ERASED'>
  /** What a chunk had before it went along with its document; null when its status is its own. */
  readonly ownStatus: CapsuleStatus | null
  readonly trust: number
  readonly revision: number
  /** Oldest first. */
  readonly versions: readonly VersionBody[]
  /** Oldest first. */
  readonly trustHistory: readonly TrustEntry[]
}

/** Where a capsule lies that is not in the store: its segment, and the key of what the segment holds of it. */
export interface ArchivedCapsule {
  readonly id: string
  readonly segment: string
  readonly key: Uint8Array
}

/** What says how old a capsule is, and which scope it is in. */
export interface AgedCapsule {
  readonly id: string
  readonly owner: string
  readonly type: CapsuleType
  readonly tags: readonly string[]
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
  /** When its newest version was recorded (ms). */
  readonly recordedAt: number
  /** When it last changed in any way (ms). */
  readonly updatedAt: number
}

/** What comes back: versions as they were drafted, and the status that the capsule had. */
export interface ReturnedCapsule {
  readonly id: string
  readonly status: Exclude<CapsuleStatus, 'ERASED'>
  /** What a chunk had before it went along with its document; null when its status is its own. */
  readonly ownStatus: CapsuleStatus | null
  /** All of them, oldest first. */
  readonly versions: readonly VersionDraft[]
  /** Oldest first. */
  readonly trustHistory: readonly TrustEntry[]
}

export interface CapsuleOffloadChange extends Change {
  readonly kind: 'capsule.offload'
  readonly segment: string
  readonly capsules: readonly Pick<ArchivedCapsule, 'id' | 'key'>[]
}

export interface CapsuleReloadChange extends Change {
  readonly kind: 'capsule.reload'
  readonly capsule: ReturnedCapsule
}

export type ArchiveChange = CapsuleOffloadChange | CapsuleReloadChange
