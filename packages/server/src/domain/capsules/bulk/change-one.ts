import { type BulkOperation, CAPSULE_LIMITS } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Receipt } from '#store'
import { requireRight } from '../access/read-rights.ts'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleRevision } from '../capsule-store.ts'
import { carryOut, changedSince, NOTHING } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { archiving, restoring } from '../use-cases/life.ts'
import { getPlaced, inArchive } from '../use-cases/read-capsule.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import type { BulkPlanRow } from './bulk-plan.ts'
import { commandOf } from './bulk-plans.ts'

/** What became of one capsule. */
export type BulkEnd = { readonly receipt: Receipt } | { readonly error: CascadeError }

/** Operations that are carried out capsule by capsule. */
export type SingleOperation = Exclude<BulkOperation, 'erase'>

type Change = (context: CapsuleContext, call: Call, plan: BulkPlanRow, head: StoredCapsule) => Promise<Receipt>

interface Verb {
  /** Nothing is to be done. */
  readonly isDone: (plan: BulkPlanRow, head: StoredCapsule) => boolean
  readonly change: Change
}

const VERBS: Readonly<Record<SingleOperation, Verb>> = {
  tag: { isDone: (plan, head) => sameTags(tagsAfter(plan, head), head.tags), change: changeTags },
  archive: {
    isDone: (_plan, { status }) => status === 'ARCHIVED',
    change: (context, call, _plan, head) => carryOut(context, call, archiving(context, call.grant, head)),
  },
  restore: {
    isDone: (_plan, { status }) => status === 'ACTIVE',
    change: (context, call, _plan, head) => carryOut(context, call, restoring(context, call.grant, head)),
  },
}

/**
 * Changes one capsule as it was previewed, once: asked again it answers with the first receipt. One that others changed
 * since is left as it is.
 */
export async function changeOne(
  context: CapsuleContext,
  call: Call,
  plan: BulkPlanRow & { readonly operation: SingleOperation },
  { id, revision }: CapsuleRevision,
): Promise<BulkEnd> {
  const { isDone, change } = VERBS[plan.operation]
  const own: Call = { ...call, command: commandOf(plan.id, id) }
  const attempt = async (): Promise<Receipt> => {
    const first = await context.store.receipt(own.command.id)
    const head = await getPlaced(context, id)
    requireRight(context.rights, 'write', head)
    if (first) return named(first, head)
    await call.decideEach?.(id, plan.operation === 'tag' ? { tags: [...tagsAfter(plan, head)] } : undefined)
    if (isDone(plan, head)) return named(await carryOut(context, own, NOTHING), head)
    if (head.archivedIn !== null) throw await inArchive(context, head)
    if (head.revision !== revision) throw changedSince(head, revision)
    return change(context, own, plan, head)
  }
  try {
    // A document takes its chunks along: one that is named beside it is as it shall be when it is looked at again.
    return { receipt: await attempt().catch((error: unknown) => (isStale(error) ? attempt() : Promise.reject(error))) }
  } catch (error) {
    if (!isCascadeError(error)) throw error
    return { error }
  }
}

/** The receipt of a command that changed nothing names no capsule. */
const named = (receipt: Receipt, { id, version }: StoredCapsule): Receipt =>
  receipt.id === null ? { ...receipt, outcome: 'existing', id, version } : receipt

const isStale = (error: unknown): boolean => isCascadeError(error) && error.code === 'REVISION_MISMATCH'

function tagsAfter({ add, remove }: BulkPlanRow, { tags }: StoredCapsule): readonly string[] {
  return [...new Set([...tags.filter((tag) => !remove.includes(tag)), ...add])]
}

const sameTags = (after: readonly string[], before: readonly string[]): boolean =>
  after.length === before.length && after.every((tag) => before.includes(tag))

async function changeTags(
  context: CapsuleContext,
  call: Call,
  plan: BulkPlanRow,
  head: StoredCapsule,
): Promise<Receipt> {
  const tags = tagsAfter(plan, head)
  if (tags.length > CAPSULE_LIMITS.tagsMax) throw tooManyTags(head, tags.length)
  const isSame = (now: StoredCapsule): boolean => now.revision === head.revision
  // The operation `tag` is decided as `capsule.update`.
  const own = call as Call<'capsule.update'>
  const updated = await updateCapsule(context, own, head.id, { tags: [...tags] }, isSame)
  if (!updated.changed) return carryOut(context, call, NOTHING)
  if (!updated.outcome.ok) throw updated.outcome.error
  return updated.outcome.receipt
}

const tooManyTags = ({ id }: StoredCapsule, count: number): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `Capsule ${id} would have ${count} tags, and may have ${CAPSULE_LIMITS.tagsMax}; it is left as it is.`,
  )
