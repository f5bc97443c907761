import {
  addCosignatures,
  formatAddCheckpoint,
  type LedgerStore,
  type StoredCheckpoint,
  type WitnessLink,
} from '#ledger'

export interface Submittal {
  readonly ledger: Pick<LedgerStore, 'proveConsistency'>
  /** What this log signed, and what is to be cosigned. */
  readonly checkpoint: StoredCheckpoint
  /** Size that the witness cosigned last, as far as is known; 0 for none. */
  readonly oldSize: number
  readonly signal: AbortSignal
}

/** What came of it. */
export type Submitted =
  /** The note, with verified cosignatures of this witness. */
  | { readonly kind: 'cosigned'; readonly note: string }
  /** It says that it knows something else of the log, which is to be looked into. */
  | { readonly kind: 'doubted'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'it does not understand what was submitted',
  404: 'it does not witness this log',
}

/**
 * Submits a checkpoint; a witness that cosigned a smaller one than was thought is asked again from there.
 *
 * @throws CascadeError UNAVAILABLE when it does not answer, or nothing of the protocol.
 */
export async function submitCheckpoint(
  link: WitnessLink,
  { ledger, checkpoint, ...from }: Submittal,
): Promise<Submitted> {
  let oldSize = Math.min(from.oldSize, checkpoint.size)
  for (let asked = 1; ; asked++) {
    const proof = oldSize === 0 ? [] : await ledger.proveConsistency(oldSize, checkpoint.size)
    const body = formatAddCheckpoint({ oldSize, proof, checkpoint: checkpoint.note })
    const answer = await link.addCheckpoint(body, from.signal)
    if (answer.kind === 'cosigned') return cosigned(checkpoint, answer.lines, link)
    if (answer.kind === 'refused') return refused(answer.status)
    if (answer.size > checkpoint.size)
      return { kind: 'doubted', why: `it says that it cosigned ${answer.size} entries, of which there are fewer here` }
    if (asked > 1 || answer.size === oldSize) return { kind: 'doubted', why: 'it takes no size for the last one' }
    oldSize = answer.size
  }
}

function cosigned({ note }: StoredCheckpoint, lines: string, { keys }: WitnessLink): Submitted {
  const made = addCosignatures(note, lines, keys)
  return made === undefined
    ? { kind: 'refused', why: 'what it answered is no cosignature of its key' }
    : { kind: 'cosigned', note: made }
}

function refused(status: number): Submitted {
  // It may know a later key of this log than this copy does.
  if (status === 403) return { kind: 'doubted', why: 'it does not know the key that signs this log' }
  const why = REFUSALS[status]
  return why === undefined
    ? { kind: 'doubted', why: `it says that the log does not follow from what it cosigned (${status})` }
    : { kind: 'refused', why }
}
