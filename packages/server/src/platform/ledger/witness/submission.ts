import { type Checkpoint, openNote, parseAddCheckpoint, parseCheckpoint, type VerifierKey } from '../note/index.ts'
import { signaturesBy } from './cosigned-note.ts'

/** A log that a witness looks after. */
export interface WitnessedLog {
  /** First line of its checkpoints. */
  readonly origin: string
  /** Who may sign for it; several while its key changes. */
  readonly keys: readonly VerifierKey[]
}

/** A checkpoint that one of its log's keys signed, with what is to show that it follows from the one before. */
export interface Submission {
  readonly log: WitnessedLog
  readonly checkpoint: Checkpoint
  /** The text of the note: what is cosigned. */
  readonly text: string
  /** The note with the signatures of known keys of the log alone. */
  readonly note: string
  /** Size that the log believes to have been cosigned last. */
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
}

/**
 * Longest checkpoint that is looked into, as its log signed it. Two of them prove a fork and have to fit into one leaf, as JSON
 * with the cosignatures; a log that forks must not get out of that with lines that say nothing. An ordinary one has some 250
 * bytes, and 3.3 KB more for each key of ML-DSA-44.
 */
export const SUBMITTED_NOTE_BYTES_MAX = 8 * 1024

/** What was submitted, or why nobody looks into it. */
export type ReadSubmission =
  | { readonly kind: 'signed'; readonly submission: Submission }
  /** No request of the protocol, or one that asks for a tree smaller than the one before. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknownLog'; readonly origin: string }
  /** Its checkpoint is longer than `SUBMITTED_NOTE_BYTES_MAX`; signatures of others are not counted. */
  | { readonly kind: 'tooLong'; readonly bytes: number }
  /** No key of the log signed it, or a line in the name of one does not verify. */
  | { readonly kind: 'unsigned' }

/** Reads a body of `add-checkpoint` for one of `logs`. @see https://c2sp.org/tlog-witness section "add-checkpoint" */
export function readSubmission(body: Uint8Array, logs: ReadonlyMap<string, WitnessedLog>): ReadSubmission {
  const request = parseAddCheckpoint(body)
  // Whose it claims to be, before anything is verified: the first line, which is all that is believed of it here.
  const origin = request?.checkpoint.slice(0, request.checkpoint.indexOf('\n'))
  if (request === undefined || origin === undefined) return { kind: 'malformed' }
  const log = logs.get(origin)
  if (log === undefined) return { kind: 'unknownLog', origin }
  const opened = openNote(request.checkpoint, log.keys)
  const checkpoint = opened && parseCheckpoint(opened.text)
  if (opened === undefined || checkpoint === undefined) return { kind: 'unsigned' }
  const { oldSize, proof } = request
  if (oldSize > checkpoint.size) return { kind: 'malformed' }
  const note = signaturesBy(request.checkpoint, opened.verified)
  const bytes = Buffer.byteLength(note)
  if (bytes > SUBMITTED_NOTE_BYTES_MAX) return { kind: 'tooLong', bytes }
  return { kind: 'signed', submission: { log, checkpoint, text: opened.text, note, oldSize, proof } }
}
