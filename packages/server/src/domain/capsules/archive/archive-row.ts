import type { CollectionDefinition } from '#store'

/** Segments by reversed id, so that key order is newest first. */
export const ARCHIVE_COLLECTIONS = [
  { name: 'archive_segments', indexes: ['state'] },
] as const satisfies readonly CollectionDefinition[]

/** Why capsules moved: somebody asked for it, or they had reached their age. */
export type ArchiveReason = 'asked' | 'retention'

/** A segment as the store knows it; what it holds unit by unit stands in its manifest. */
export interface SegmentRow {
  readonly id: string
  /** `writing`: nothing has left the store for it yet. */
  readonly state: 'writing' | 'stored'
  readonly reason: ArchiveReason
  readonly requestedBy: string
  /** Milliseconds since 1970. */
  readonly madeAt: number
  /** Where it lies, without credentials. */
  readonly place: string
  readonly generation: number
  readonly bytes: number
  /** SHA-256 of the object, hex. */
  readonly sha256: string
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  /** Of what all versions say. */
  readonly contentBytes: number
  readonly firstSequence: number | null
  readonly lastSequence: number
  /** Of its units: capsules, and documents with their chunks. */
  readonly ids: readonly string[]
  /** Those that were erased and are still in the object, sealed with keys that are gone. */
  readonly erased: readonly string[]
}
