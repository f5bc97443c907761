import type { ExportedCapsule, ExportedTrustEntry } from '@forge-cascade/contract'
import type { SaidVersion } from './export-digest.ts'

/** A capsule as another instance exported it; its versions are read one by one, when they are needed. */
export interface ExportedHistory {
  readonly capsule: Pick<ExportedCapsule, 'id' | 'owner' | 'trust' | 'status' | 'versions'>
  /** The document it is a chunk of, where that is not active itself: its chunks have gone along with it. */
  readonly document: { readonly status: ExportedCapsule['status']; readonly validTo: string | null } | undefined
  readonly isChunk: boolean
  /** @throws CascadeError UNPROCESSABLE for a file that says something else than its name. */
  version(index: number): Promise<SaidVersion>
}

/** Some versions of an exported capsule: what happens at once. The last part brings its status along. */
export interface ExportedPart {
  readonly kind: 'exported'
  /** The file of the capsule; the same for all its parts. */
  readonly path: string
  readonly digest: string
  /** True for a file that was changed by hand after the export. */
  readonly isChanged: boolean
  readonly history: ExportedHistory
  /** Which versions, the end excluded. */
  readonly from: number
  readonly to: number
}

/** What is known of a capsule beside its versions, once all capsules are there. */
export interface ExportedBonds {
  readonly kind: 'bonds'
  readonly path: string
  readonly id: string
  /** The file of the capsule. */
  readonly of: string
  readonly links: ExportedCapsule['links']
  readonly trust: readonly ExportedTrustEntry[]
  /** How many newer entries of its trust history came before these, a multiple of `TRUST_ENTRIES_TOGETHER`. */
  readonly trustFrom: number
  readonly document?: ExportedDocument
}

/** A document that is not active, whose chunks have gone along with it. */
export interface ExportedDocument {
  readonly status: 'ARCHIVED' | 'QUARANTINED'
  readonly version: string
  readonly validTo: string | null
  /** Chunks that have a status of their own all the same. */
  readonly apart: readonly ChunkApart[]
  /** Chunks that went into quarantine with it, but were not archived with it before. */
  readonly unended: readonly { readonly id: string; readonly version: string }[]
}

export interface ChunkApart {
  readonly id: string
  readonly version: string
  readonly status: 'ACTIVE' | 'ARCHIVED'
}

/** Whether a chunk has gone along with its document: both ended together, or are in quarantine. */
export const goesAlong = (
  chunk: { readonly status: string; readonly validTo: string | null },
  document: ExportedHistory['document'],
): boolean =>
  document !== undefined &&
  chunk.status === document.status &&
  (chunk.status === 'QUARANTINED' || chunk.validTo === document.validTo)
