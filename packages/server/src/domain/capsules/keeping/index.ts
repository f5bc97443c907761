import { TRUST_REASONS_COLLECTION } from '../use-cases/trust-reasons.ts'
import { ERASURE_COLLECTIONS } from './erasure.ts'
import { HOLD_COLLECTIONS } from './legal-hold.ts'
import { PUBLISHED_COLLECTION } from './published-events.ts'

export type { CopyVault, ErasedCopy } from './copy-vault.ts'
export type { ErasureTarget } from './erasure.ts'
export type { ErasureFiles, KnownErasure } from './erasure-files.ts'
export { type ErasureProgress, type ErasureRequest, Erasures, type ErasureTrouble } from './erasures.ts'
export { findCovering, findHold, liftHold, listHolds, listPlaced, placeHold } from './holds.ts'
export { covers, type HoldRow } from './legal-hold.ts'
export { countHeld } from './unerasable.ts'

/** What keeping and forgetting need to remember. */
export const KEEPING_COLLECTIONS = [
  ...HOLD_COLLECTIONS,
  ...ERASURE_COLLECTIONS,
  TRUST_REASONS_COLLECTION,
  PUBLISHED_COLLECTION,
] as const
export { PUBLISHED_COLLECTION }
