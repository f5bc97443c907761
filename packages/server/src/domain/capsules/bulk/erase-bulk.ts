import type { Erasure } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Receipt } from '#store'
import type { CapsuleRevision } from '../capsule-store.ts'
import type { Erasures } from '../keeping/erasures.ts'
import { findUnerasable } from '../keeping/unerasable.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { findRefused } from '../use-cases/decide-each.ts'
import { type BulkPlan, commandOf } from './bulk-plans.ts'
import type { BulkEnd } from './change-one.ts'

/** One erasure of many capsules, and what became of each. */
export interface ErasedBulk {
  /** Null where nothing was left to erase. */
  readonly erasure: Erasure | null
  endOf(id: string): BulkEnd
}

/**
 * Erases what was previewed, as one erasure with one receipt that bears the id of the preview. What a legal hold covers,
 * and what was changed since, is left as it is.
 */
export async function eraseBulk(
  context: CapsuleContext,
  erasures: Pick<Erasures, 'eraseMany'>,
  call: Call<'capsule.erase'>,
  { row, capsules }: BulkPlan,
): Promise<ErasedBulk> {
  const own = await readable(context, capsules)
  const refused = await findRefused(
    call,
    own.map(({ id }) => id),
  )
  const there = own.filter(({ id }) => !refused.has(id))
  const request = { id: row.id, capsules: there, legalBasis: row.legalBasis ?? '' }
  const { erasure, ids } = await erasures.eraseMany(call, request)
  const left = await findUnerasable(
    context,
    capsules.filter(({ id }) => !ids.has(id)),
  )
  const receiptOf = (id: string, outcome: Receipt['outcome'], sequence: number): Receipt => ({
    ...{ command_id: commandOf(row.id, id).id, outcome, id, version: null, sequence, near_duplicates: [] },
  })
  return {
    erasure,
    endOf: (id) => {
      if (ids.has(id)) return { receipt: receiptOf(id, 'updated', erasure?.sequence ?? context.store.head()) }
      const why = refused.get(id) ?? left.get(id) ?? leftOut(id)
      return why === 'erased' ? { receipt: receiptOf(id, 'existing', context.store.head()) } : { error: why }
    },
  }
}

/** Those that the caller may erase still. */
async function readable(
  { store, rights }: CapsuleContext,
  capsules: readonly CapsuleRevision[],
): Promise<readonly CapsuleRevision[]> {
  if (!rights) return capsules
  const facts = await store.capsules.getFacts(capsules.map(({ id }) => id))
  const seen = new Set(facts.filter((one) => rights.may('erase', one)).map(({ id }) => id))
  return capsules.filter(({ id }) => seen.has(id))
}

const leftOut = (id: string): CascadeError =>
  new CascadeError('CONFLICT', `Something forbade to erase capsule ${id} when the others were erased; preview again.`)
