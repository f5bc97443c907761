import type { CapsuleStatus } from '@forge-cascade/contract'

/** The status of a chunk, and whether it is its own. */
export interface ChunkStanding {
  readonly status: CapsuleStatus
  /** What it had before it went along with its document; null when its status is its own. */
  readonly ownStatus: CapsuleStatus | null
}

/**
 * A chunk beside its document, whose status is set together with that of its chunks. Active chunks are archived with it;
 * what was archived before (a later version of the document has it no more) or is quarantined stays. Into quarantine goes
 * everything. When the document is active again each chunk that went along takes back what it had, and no other.
 */
export function followDocument(chunk: ChunkStanding, document: Exclude<CapsuleStatus, 'ERASED'>): ChunkStanding {
  const { status, ownStatus } = chunk
  if (document === 'ACTIVE') return ownStatus === null ? chunk : { status: ownStatus, ownStatus: null }
  const goesAlong = status === 'ACTIVE' || ownStatus !== null || (document === 'QUARANTINED' && status === 'ARCHIVED')
  return goesAlong ? { status: document, ownStatus: ownStatus ?? status } : chunk
}
