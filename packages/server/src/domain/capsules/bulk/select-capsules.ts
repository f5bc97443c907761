import {
  BULK_LIMITS,
  type BulkOperation,
  type BulkRequest,
  CAPSULE_STATUSES,
  type CapsuleStatus,
} from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { CapsuleRevision } from '../capsule-store.ts'
import { toFilter } from '../search/filter.ts'
import type { CapsuleContext } from '../use-cases/context.ts'

type Context = Pick<CapsuleContext, 'store' | 'subjects'>

/** Capsules that are read whole at once; ids that are. */
const HEADS_PER_READ = 100
const IDS_PER_READ = 1000

/** Which capsules a filter means that names no status. */
const STATUSES: Readonly<Record<BulkOperation, readonly CapsuleStatus[]>> = {
  tag: ['ACTIVE'],
  archive: ['ACTIVE'],
  restore: ['ARCHIVED'],
  // What was archived was not forgotten.
  erase: CAPSULE_STATUSES.filter((status) => status !== 'ERASED'),
}

/**
 * The capsules that a request means: those it names, in its order and each once, or those of its filter, newest first.
 *
 * @throws CascadeError UNPROCESSABLE when they are too many.
 */
export const selectCapsules = (
  context: Context,
  request: BulkRequest,
  capsulesMax: number = BULK_LIMITS.capsulesMax,
): Promise<readonly CapsuleRevision[]> =>
  request.ids ? revisionsOf(context, [...new Set(request.ids)]) : matching(context, request, capsulesMax)

async function revisionsOf({ store }: Context, ids: readonly string[]): Promise<readonly CapsuleRevision[]> {
  const revisions = new Map<string, number>()
  for (let at = 0; at < ids.length; at += HEADS_PER_READ) {
    const heads = await store.capsules.getHeads(ids.slice(at, at + HEADS_PER_READ))
    for (const { id, revision } of heads) revisions.set(id, revision)
  }
  return ids.map((id) => ({ id, revision: revisions.get(id) ?? 0 }))
}

async function matching(
  { store, subjects }: Context,
  { operation, filter: asked = {} }: BulkRequest,
  capsulesMax: number,
): Promise<readonly CapsuleRevision[]> {
  const filter = await toFilter({ ...asked, status: asked.status ?? [...STATUSES[operation]] }, subjects, undefined)
  if (!filter) return []
  const found: CapsuleRevision[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await store.capsules.listRevisions(
      { ...filter, chunks: false },
      { limit: IDS_PER_READ, ...(cursor !== undefined && { cursor }) },
    )
    found.push(...page.items)
    if (found.length > capsulesMax) throw tooMany(capsulesMax)
    cursor = page.next
  }
  return found
}

const tooMany = (capsulesMax: number): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `More than ${capsulesMax} capsules match, which is more than one bulk change takes; narrow the filter.`,
  )
