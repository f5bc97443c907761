import { CascadeError, isCascadeError } from '#base'
import type { Change, Receipt } from '#store'
import type { StoredCapsule } from '../capsule.ts'
import type { Call, CapsuleContext } from './context.ts'
import type { Telling } from './tell.ts'

/** What a call comes to: changes, what tells of them, and the state of a capsule that they were worked out from. */
export interface Work extends Telling {
  readonly changes: readonly Change[]
  /** The command is refused when the capsule has another revision by then. */
  readonly of?: Pick<StoredCapsule, 'id' | 'revision'>
}

type Writer = Pick<CapsuleContext, 'store'>

/** Writes what a call comes to. @throws CascadeError REVISION_MISMATCH, and what `append` refuses. */
export async function carryOut(
  { store }: Writer,
  { command, grant }: Call,
  { changes, records, events, of }: Work,
): Promise<Receipt> {
  const expected = of ? { expected: { [of.id]: of.revision } } : {}
  const [outcome] = await store.append([{ ...command, grant, changes, records, events, ...expected }])
  if (outcome?.ok) return outcome.receipt
  throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a change.')
}

export const NOTHING: Work = { changes: [], records: [], events: [] }

/**
 * The receipt of this very call, where it was carried out before. Asked before anything is looked at: the state that the
 * first call found is not the one that its repetition finds.
 *
 * @throws CascadeError IDEMPOTENCY_KEY_REUSED when the key meant another request.
 */
export async function findFirst(context: Writer, call: Call): Promise<Receipt | undefined> {
  if (call.command.bodyDigest === undefined || !(await context.store.receipt(call.command.id))) return undefined
  return carryOut(context, call, NOTHING)
}

/** @param seen the revision that was looked at. */
export const changedSince = (
  { id, version, revision }: Pick<StoredCapsule, 'id' | 'version' | 'revision'>,
  seen: number,
): CascadeError =>
  new CascadeError(
    'REVISION_MISMATCH',
    `Capsule ${id} was changed after the preview and is left as it is: it is at "${version}-${revision}", and was at revision ${seen}.`,
  )

/** Keeps the key of a call that found nothing to do: from now on it means this request and no other. */
export async function keepKey(context: Writer, call: Call): Promise<void> {
  if (call.command.bodyDigest !== undefined) await carryOut(context, call, NOTHING)
}

/** So many callers may change one capsule at once; each round one of them gets through. */
export const ROUNDS_MAX = 100

/**
 * Tries again from the start while others change the capsule between reading and writing: a caller without `If-Match` has
 * no state to insist on.
 *
 * @throws CascadeError CONFLICT when others always came first.
 */
export async function untilUndisturbed<T>(attempt: () => Promise<T>): Promise<T> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isCascadeError(error) || error.code !== 'REVISION_MISMATCH') throw error
    }
  }
  throw new CascadeError('CONFLICT', `Others changed the capsule ${ROUNDS_MAX} times between reading and writing.`)
}
