import { CascadeError, isCascadeError, isSameBytes, messageOf } from '#base'
import type { CheckpointMirror } from './checkpoint-mirror.ts'
import type { LedgerStore, StoredCheckpoint } from './ledger-store.ts'
import { type Checkpoint, openNote, parseCheckpoint, type VerifierKey } from './note/index.ts'
import { readCosigned } from './witness/index.ts'

export interface SignedLog {
  readonly ledger: Pick<LedgerStore, 'grow' | 'rootAt' | 'checkpoint'>
  readonly origin: string
  /** Keys that signed for the origin. */
  readonly keys: readonly VerifierKey[]
  /** Up to how many entries a key counts: one that ended proves nothing by what it signs afterwards. Any number when left out. */
  readonly countsUpTo?: ((key: VerifierKey) => number) | undefined
  readonly mirror: CheckpointMirror | undefined
  /** Told of a mirror that cannot be read: whoever could hide it could remove it as well, so the log goes on. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

/**
 * Compares the log with what was signed of it: with the newest checkpoint that the store holds, and with the one in the
 * mirror. A copy of the data folder from before the mirrored checkpoint is refused: what it would sign next would be another
 * history under the same name.
 *
 * @returns the newest checkpoint; undefined for a log of which nothing was signed.
 * @throws CascadeError LEDGER_FORKED when the log does not contain what was signed, DATA_CORRUPT when a checkpoint of the
 *   store is not one of ours.
 */
export async function checkSignedLog(log: SignedLog): Promise<StoredCheckpoint | undefined> {
  const { ledger, origin, keys, mirror } = log
  const { size } = await ledger.grow()
  const last = await ledger.checkpoint(origin)
  if (last) {
    const signed = openCheckpoint(last.note, origin, keys)
    if (!signed || signed.size !== last.size || !isSameBytes(signed.root, last.root))
      throw new CascadeError('DATA_CORRUPT', `the checkpoint of ${last.size} entries is not one that this log signed`)
    await assertContains(ledger, size, signed, 'in the store')
  }
  const mirrored = await readMirror(log)
  if (mirror && mirrored !== undefined) {
    // Whoever can write there could remove it as well: what an ended key signed is told of, and written over.
    const signed = openCheckpoint(mirrored, origin, keys)
    if (!signed)
      throw new CascadeError('LEDGER_FORKED', `what ${mirror.place} holds is no checkpoint that this log signed`)
    await compare(log, mirrored, signed, `in ${mirror.place}`)
  }
  return last
}

async function readMirror({ origin, mirror, onTrouble }: SignedLog): Promise<string | undefined> {
  try {
    return await mirror?.read(origin)
  } catch (error) {
    onTrouble(`the log was not compared with its mirrored checkpoint: ${messageOf(error)}`, error)
    return undefined
  }
}

/** The checkpoint of a note that one of the keys signed; undefined for anything else. */
export function openCheckpoint(note: string, origin: string, keys: readonly VerifierKey[]): Checkpoint | undefined {
  const opened = openNote(note, keys)
  const checkpoint = opened && parseCheckpoint(opened.text)
  return checkpoint?.origin === origin ? checkpoint : undefined
}

/** A checkpoint that somebody else holds. */
export interface NoteElsewhere {
  readonly note: string
  /** For people: who, or where. */
  readonly place: string
  /** Keys of the witness that holds it, as they are configured. */
  readonly cosigners: readonly VerifierKey[]
}

/**
 * Compares the log with what somebody else holds of it: a witness, or what witnesses cosigned. Where a key of this log signed
 * it, that is proof. What a key signed after it ended is told of. Where no key that is known here signed it, a configured
 * witness stands for it alone, and may be right: this may be a copy from before a change of keys.
 *
 * @returns why it is doubtful that this is the log, so that nothing more is to be signed by this process; undefined where it
 *   is not.
 * @throws CascadeError LEDGER_FORKED when the log does not contain what it signed.
 */
export async function findDoubt(
  log: Omit<SignedLog, 'mirror'>,
  { note, place, cosigners }: NoteElsewhere,
): Promise<CascadeError | undefined> {
  const signed = openCheckpoint(note, log.origin, log.keys)
  if (signed) await compare(log, note, signed, place)
  const cosigned = signed ? undefined : readCosigned(note, log.origin, cosigners)
  if (cosigned === undefined || (await contains(log.ledger, cosigned))) return undefined
  return new CascadeError(
    'LEDGER_FORKED',
    `the checkpoint ${place} of ${cosigned.size} entries is signed by a key that this copy does not know: this is a copy of the log from before its key was changed; where that witness is not to be believed, take it out of ledger.witnesses and start again`,
  )
}

async function contains(
  ledger: SignedLog['ledger'],
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
): Promise<boolean> {
  return size <= (await ledger.grow()).size && isSameBytes(await ledger.rootAt(size), root)
}

/** Has what the log does not contain stop it where a key signed that counts for so many entries, and else tells of it. */
async function compare(
  { ledger, origin, keys, countsUpTo, onTrouble }: Omit<SignedLog, 'mirror'>,
  note: string,
  signed: Checkpoint,
  where: string,
): Promise<void> {
  try {
    await assertContains(ledger, (await ledger.grow()).size, signed, where)
  } catch (error) {
    const counting = countsUpTo ? keys.filter((key) => signed.size <= countsUpTo(key)) : keys
    if (!isCascadeError(error) || error.code !== 'LEDGER_FORKED' || openCheckpoint(note, origin, counting)) throw error
    onTrouble(
      `the checkpoint ${where} of ${signed.size} entries is of a key that signs no more; others have that key`,
      error,
    )
  }
}

async function assertContains(
  ledger: SignedLog['ledger'],
  size: number,
  signed: Checkpoint,
  where: string,
): Promise<void> {
  if (signed.size > size)
    throw new CascadeError(
      'LEDGER_FORKED',
      `the checkpoint ${where} speaks of ${signed.size} entries, and the log has ${size}: this is an older copy of it, or another copy was written in`,
    )
  if (!isSameBytes(await ledger.rootAt(signed.size), signed.root))
    throw new CascadeError(
      'LEDGER_FORKED',
      `the checkpoint ${where} of ${signed.size} entries says something else than the log: entries were altered`,
    )
}
