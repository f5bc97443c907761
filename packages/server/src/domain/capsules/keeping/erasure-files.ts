import type { Erasure } from '@forge-cascade/contract'

/** Capsules that an erasure took, as they are known beside the store, so that a restored one learns of them. */
export interface KnownErasure {
  readonly erasure: string
  readonly legalBasis: string
  readonly requestedBy: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly ids: readonly string[]
  /** The subject whose name went as well. */
  readonly owner: string | null
}

/** What of erasures lies in files of its own. Both methods that write are durable when they return. */
export interface ErasureFiles {
  /** Every erasure that was begun, in order; one of many capsules in several entries. */
  known(): Promise<readonly KnownErasure[]>
  /** Adds entries unless they are there. */
  remember(entries: readonly KnownErasure[]): Promise<void>
  /** Writes the certificate, anew where there is one; nothing where none is kept. */
  certify(receipt: Erasure): Promise<{ readonly path: string; readonly sha256: string } | undefined>
}
