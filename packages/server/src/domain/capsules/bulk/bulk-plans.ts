import { BULK_LIMITS, type BulkRequest } from '@forge-cascade/contract'
import { CascadeError, sha256Hex } from '#base'
import type { Change, Grant } from '#store'
import type { CapsuleRevision } from '../capsule-store.ts'
import { jobKey } from '../import/import-records.ts'
import { carryOut } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { tellOf } from '../use-cases/tell.ts'
import {
  type BulkPlanPage,
  type BulkPlanRow,
  CAPSULES_PER_PAGE,
  dropPlan,
  listPlans,
  PLAN_LIFE_MS,
  pageCount,
  planPageKey,
} from './bulk-plan.ts'
import { selectCapsules } from './select-capsules.ts'

type Context = Pick<CapsuleContext, 'store' | 'subjects' | 'clock' | 'newId'>

export interface BulkPlan {
  readonly row: BulkPlanRow
  readonly capsules: readonly CapsuleRevision[]
}

/**
 * Finds the capsules that a change would be of and keeps them for a day, durable, so that what is carried out is what was
 * previewed, and what was cut off goes on with it.
 *
 * @throws CascadeError UNPROCESSABLE when they are too many.
 */
export async function planBulk(context: Context, call: Call<'capsule.bulk'>, request: BulkRequest): Promise<BulkPlan> {
  const capsules = await selectCapsules(context, request)
  const row: BulkPlanRow = {
    id: context.newId(),
    operation: request.operation,
    subject: call.subject.id,
    add: request.add ?? [],
    remove: request.remove ?? [],
    legalBasis: request.legal_basis ?? null,
    count: capsules.length,
    expiresAt: context.clock() + PLAN_LIFE_MS,
  }
  const changes = [...putPlan(context, call.grant, { row, capsules }), ...(await dropOldest(context, call.grant))]
  const payload = { operation: row.operation, capsules: row.count }
  await carryOut(context, call, {
    changes,
    ...tellOf(call.grant, 'bulk.previewed', `bulk/${row.id}`, payload),
  })
  return { row, capsules }
}

/**
 * What was previewed under a token.
 *
 * @throws CascadeError NOT_FOUND when it was not, is too long ago, or was somebody else's.
 */
export async function getBulkPlan({ store, clock }: Context, token: string, subject: string): Promise<BulkPlan> {
  const found = await store.records.find<BulkPlanRow>('bulk_plans', jobKey(token))
  const row = found?.value
  if (!row || row.subject !== subject || row.expiresAt <= clock()) throw unknownPreview(token)
  const capsules: CapsuleRevision[] = []
  for (let page = 0; page < pageCount(row); page++) {
    const part = await store.records.find<BulkPlanPage>('bulk_plan_pages', planPageKey(token, page))
    // It gives way to a newer one just now.
    if (!part) throw unknownPreview(token)
    capsules.push(...part.value.capsules)
  }
  return { row, capsules }
}

const unknownPreview = (token: string): CascadeError =>
  new CascadeError(
    'NOT_FOUND',
    `There is no preview ${token}: it is older than a day, or newer ones took its place; preview again.`,
  )

/** Identity of the command that a capsule's change is: the same every time that this preview is carried out. */
export const commandOf = (token: string, id: string) => ({
  id: sha256Hex(`bulk:${token}:${id}`).slice(0, 32),
  bodyDigest: sha256Hex(token),
})

function putPlan({ store: { records } }: Context, grant: Grant, { row, capsules }: BulkPlan): readonly Change[] {
  const { expiresAt } = row
  const pages = Array.from({ length: pageCount(row) }, (_, page): Change => {
    const value: BulkPlanPage = { capsules: capsules.slice(page * CAPSULES_PER_PAGE, (page + 1) * CAPSULES_PER_PAGE) }
    return records.put(grant, 'bulk_plan_pages', planPageKey(row.id, page), value, { expiresAt })
  })
  return [records.put(grant, 'bulk_plans', jobKey(row.id), row, { expiresAt }), ...pages]
}

/** The oldest give way. */
async function dropOldest({ store: { records } }: Context, grant: Grant): Promise<readonly Change[]> {
  const plans = await listPlans(records)
  return plans.slice(BULK_LIMITS.previewsMax - 1).flatMap((plan) => dropPlan(records, grant, plan))
}
