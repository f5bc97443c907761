import { EVIDENCE_LIMITS, LEDGER_LIMITS } from '@forge-cascade/contract'
import { WITNESS_ANSWER_BYTES_MAX } from '../../packages/server/src/adapters/witnesses/http-witness.ts'
import { WITNESSED } from '../../packages/server/src/edge/http/admission.ts'
import { WAITING_MAX } from '../../packages/server/src/edge/jobs/witness.ts'
import { MANIFEST_BYTES_MAX } from '../../packages/server/src/platform/evidence/bundle-manifest.ts'
import { SUBMITTED_NOTE_BYTES_MAX } from '../../packages/server/src/platform/ledger/witness/submission.ts'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

const damaged = { cut: 'it counts as damaged' } as const

/** What is asked of the log. */
export const LEDGER_ROWS = {
  auditFilter: {
    what: 'A filter of the audit log',
    value: LEDGER_LIMITS.nameLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  auditChange: {
    what: 'JSON of what a member was or became, in a row of the audit log',
    value: LEDGER_LIMITS.changeBytesMax,
    unit: 'bytes',
    beyond: { cut: 'its length stands there' },
  },
  verifiedEntries: {
    what: 'Newest entries that a verification can be cut down to; all are verified where none are named',
    value: LEDGER_LIMITS.verifyEntriesMax,
    unit: 'items',
    beyond: invalid,
  },
  keyOverlap: {
    what: 'Days for which the key before signs as well',
    value: LEDGER_LIMITS.overlapDaysMax,
    unit: 'items',
    beyond: invalid,
  },
  cosignedBy: {
    what: 'Witnesses that a checkpoint can be asked for',
    value: LEDGER_LIMITS.witnessesMax,
    unit: 'items',
    beyond: invalid,
  },
  submission: {
    what: 'A checkpoint of another log with its proof, as it is submitted to be cosigned',
    value: LEDGER_LIMITS.submissionBytesMax,
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
  submittedNote: {
    what: 'The checkpoint in it, with the signatures of its log',
    value: SUBMITTED_NOTE_BYTES_MAX,
    unit: 'bytes',
    beyond: invalid,
  },
  submissions: {
    what: 'Requests of an address to the witness at once',
    value: WITNESSED.burst,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  submissionRate: {
    what: 'The same, averaged',
    value: WITNESSED.perMinute,
    unit: 'a minute',
    beyond: { error: 'RATE_LIMITED' },
  },
  submissionsWaiting: {
    what: 'Checkpoints of one log that wait to be cosigned',
    value: WAITING_MAX,
    unit: 'items',
    beyond: { error: 'UNAVAILABLE' },
  },
  witnessAnswer: {
    what: 'An answer of a witness; a longer one counts as none',
    value: WITNESS_ANSWER_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'UNAVAILABLE' },
  },
  evidenceEntries: {
    what: 'Entries of one evidence bundle',
    value: EVIDENCE_LIMITS.entriesMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  evidenceBytes: {
    what: 'One evidence bundle',
    value: EVIDENCE_LIMITS.bytesMax,
    unit: 'bytes',
    beyond: { error: 'UNPROCESSABLE' },
  },
  evidenceFiles: {
    what: 'Files of an evidence bundle that is verified',
    value: EVIDENCE_LIMITS.filesMax,
    unit: 'items',
    beyond: damaged,
  },
  evidencePath: {
    what: 'Path of a file in an evidence bundle that is verified',
    value: EVIDENCE_LIMITS.pathLengthMax,
    unit: 'characters',
    beyond: damaged,
  },
  evidenceManifest: {
    what: 'Manifest of an evidence bundle that is verified',
    value: MANIFEST_BYTES_MAX,
    unit: 'bytes',
    beyond: damaged,
  },
  evidenceRows: {
    what: 'Entries of a report of changes or of a history',
    value: EVIDENCE_LIMITS.reportRowsMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  verifierKeys: {
    what: 'Keys that one verification is given',
    value: EVIDENCE_LIMITS.keysMax,
    unit: 'items',
    beyond: invalid,
  },
} as const satisfies Limits
