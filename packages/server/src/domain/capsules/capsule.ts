import type { CapsuleStatus, CapsuleType, Licence, LinkKind, Source } from '@forge-cascade/contract'

/** A DERIVED_FROM edge to another capsule, pinned to the version it was taken from. `at`: milliseconds since 1970. */
export interface ParentEdge {
  readonly id: string
  readonly version: string
  readonly reason: string
  readonly at: number
  readonly changes?: unknown
}

/** Place of a chunk in its document; `place` names it over versions (heading path, symbol), `index` is its order. */
export interface PartOf {
  readonly id: string
  readonly place: string
  readonly index: number
}

/** A vector with the name of the space it lives in. */
export interface Embedding {
  readonly model: string
  readonly vector: Float32Array
}

/** What a version says: everything whose change makes another version. */
export interface VersionContent {
  readonly type: CapsuleType
  readonly title: string | null
  readonly content: string
  readonly tags: readonly string[]
  readonly category: string | null
  readonly licence: Licence
  readonly licenceTerms: string | null
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly source: Source | null
  readonly parents: readonly ParentEdge[]
}

/** A capsule at one version, joined with what belongs to the capsule as a whole. Times in milliseconds since 1970. */
export interface StoredCapsule extends VersionContent {
  readonly id: string
  readonly version: string
  /** Order of the version in its capsule, from 1. */
  readonly ordinal: number
  readonly isHead: boolean
  readonly revision: number
  readonly owner: string
  readonly author: string
  readonly trust: number
  readonly effectiveTrust: number
  readonly status: CapsuleStatus
  /** Segment of the archive that holds what it says; null for what is in the store. */
  readonly archivedIn: string | null
  readonly partOf: PartOf | null
  readonly embeddingModel: string | null
  readonly fingerprint: string
  /** When this version was recorded. */
  readonly createdAt: number
  /** When the capsule last changed in any way. */
  readonly updatedAt: number
  readonly validFrom: number
  readonly validTo: number | null
}

export interface Link {
  readonly from: string
  readonly to: string
  readonly kind: LinkKind
  /** Strength 0-1: the similarity for SIMILAR_TO, 1 for the others. */
  readonly weight: number
  readonly createdAt: number
}

/** One change of trust. `at`: milliseconds since 1970. */
export interface TrustEntry {
  readonly old: number
  readonly new: number
  readonly reason: string
  readonly at: number
  readonly actor: string
}
