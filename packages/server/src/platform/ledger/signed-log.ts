import { CascadeError, isSameBytes, messageOf } from '#base'
import type { CheckpointMirror } from './checkpoint-mirror.ts'
import type { LedgerStore, StoredCheckpoint } from './ledger-store.ts'
import { type Checkpoint, openNote, parseCheckpoint, type VerifierKey } from './note/index.ts'

export interface SignedLog {
  readonly ledger: Pick<LedgerStore, 'grow' | 'rootAt' | 'checkpoint'>
  readonly origin: string
  /** Keys that signed for the origin. */
  readonly keys: readonly VerifierKey[]
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
    const signed = openCheckpoint(mirrored, origin, keys)
    if (!signed)
      throw new CascadeError('LEDGER_FORKED', `what ${mirror.place} holds is no checkpoint that this log signed`)
    await assertContains(ledger, size, signed, `in ${mirror.place}`)
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

/**
 * Compares the log with what somebody else holds of it: a witness, or what witnesses cosigned. Their word counts where
 * this log's own key signed it, and says nothing otherwise: nobody stops a log by a lie.
 *
 * @returns true when the note is a checkpoint of this log, which contains it.
 * @throws CascadeError LEDGER_FORKED when the log does not contain it.
 */
export async function assertNotContradicted(
  { ledger, origin, keys }: Pick<SignedLog, 'ledger' | 'origin' | 'keys'>,
  note: string,
  where: string,
): Promise<boolean> {
  const signed = openCheckpoint(note, origin, keys)
  if (signed === undefined) return false
  await assertContains(ledger, (await ledger.grow()).size, signed, where)
  return true
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
