import type { Action, BulkOperation, Erasure } from '@forge-cascade/contract'
import type { Erasures } from '../keeping/erasures.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import type { BulkPlanRow } from './bulk-plan.ts'
import type { BulkPlan } from './bulk-plans.ts'
import { type BulkEnd, changeOne, type SingleOperation } from './change-one.ts'
import { eraseBulk } from './erase-bulk.ts'

/** The action that each operation is decided by. */
export const BULK_ACTIONS = {
  tag: 'capsule.update',
  archive: 'capsule.archive',
  restore: 'capsule.restore',
  erase: 'capsule.erase',
} as const satisfies Record<BulkOperation, Action>

/** Capsules that are changed at the same time: they share a transaction, and others have their turn in between. */
const TOGETHER = 16

/** What became of the capsules of a stretch, in order, or of all of them at the end. */
export type BulkStep =
  | { readonly ends: readonly (BulkEnd & { readonly line: number; readonly id: string })[] }
  | {
      readonly end: {
        readonly changed: number
        readonly unchanged: number
        readonly failed: number
        readonly erasure: Erasure | null
      }
    }

/**
 * Carries out what was previewed, stretch by stretch; a capsule that cannot be changed does not stop the others. It may be
 * asked for again at any time: what was done is told as it was then, and the rest is done.
 *
 * @param signal when it is aborted, the next stretch is not begun. An erasure that has begun is completed.
 * @throws CascadeError UNAVAILABLE, STORAGE_FULL and their like: what was told of is done, and the rest can be asked for again.
 */
export async function* runBulk(
  context: CapsuleContext,
  erasures: Pick<Erasures, 'eraseMany'>,
  call: Call,
  { row, capsules }: BulkPlan,
  signal: AbortSignal,
): AsyncGenerator<BulkStep, void, undefined> {
  const counts = { changed: 0, unchanged: 0, failed: 0 }
  let erased: Awaited<ReturnType<typeof eraseBulk>> | undefined
  if (row.operation === 'erase') {
    if (signal.aborted) return
    // The operation `erase` is decided as `capsule.erase`.
    erased = await eraseBulk(context, erasures, call as Call<'capsule.erase'>, { row, capsules })
  }
  for (let at = 0; at < capsules.length; at += TOGETHER) {
    if (signal.aborted) return
    const group = capsules.slice(at, at + TOGETHER)
    const ends = await Promise.all(
      group.map((one) => (isSingle(row) ? changeOne(context, call, row, one) : erased!.endOf(one.id))),
    )
    for (const end of ends) {
      if ('error' in end && end.error.status >= SERVER_FAULT) throw end.error
      counts[countOf(end)]++
    }
    yield { ends: ends.map((end, index) => ({ ...end, line: at + index + 1, id: group[index]!.id })) }
  }
  yield { end: { ...counts, erasure: erased?.erasure ?? null } }
}

/** From here on it is no matter of the capsule. */
const SERVER_FAULT = 500

const isSingle = (row: BulkPlanRow): row is BulkPlanRow & { readonly operation: SingleOperation } =>
  row.operation !== 'erase'

function countOf(end: BulkEnd): 'changed' | 'unchanged' | 'failed' {
  if ('error' in end) return 'failed'
  return end.receipt.outcome === 'existing' ? 'unchanged' : 'changed'
}
