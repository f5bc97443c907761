export { addCosignatures, cosignersOf } from './cosigned-note.ts'
export { type CosignedCheckpoint, type CosignedWish, mostCosigned, newestCosigned } from './cosigned-notes.ts'
export { judgeSubmission } from './judge-submission.ts'
export { originHash } from './origin-hash.ts'
export { readCosigned } from './read-cosigned.ts'
export {
  type ReadSubmission,
  readSubmission,
  SUBMITTED_NOTE_BYTES_MAX,
  type Submission,
  type WitnessedLog,
} from './submission.ts'
export type { LinkAnswer, WitnessLink } from './witness-link.ts'
