import { CascadeError } from '#base'
import { type CapsuleContext, type Created, getCapsule, type StoredCapsule } from '#capsules'
import type { Metrics } from '#observability'
import type { Receipt } from '#store'
import { entityTag } from '../entity-tag.ts'
import { presentCapsules, presentReceipt } from '../present/capsule.ts'

/** The body, headers and sequence of an answer that shows a capsule and the receipt of what was done. */
export async function answerWithReceipt(
  { subjects }: Pick<CapsuleContext, 'subjects'>,
  capsule: StoredCapsule,
  receipt: Receipt,
) {
  const [presented] = await presentCapsules(subjects, [capsule])
  if (!presented) throw new CascadeError('INTERNAL', 'A capsule could not be shown.')
  const headers = { etag: entityTag(capsule), location: `/v2/capsules/${capsule.id}` }
  return { body: { ...presented, receipt: presentReceipt(receipt) }, headers, sequence: receipt.sequence }
}

/** The answer to a create or a fork: 201 for a capsule that came into being, 200 for one that was there. */
export async function answerCreated(context: CapsuleContext, { outcome, draft }: Created) {
  if (!outcome.ok) throw outcome.error
  const { receipt, committedAt } = outcome
  const capsule = shownFrom(draft, receipt, committedAt) ?? (await getCapsule(context, idOf(receipt)))
  return { isNew: receipt.outcome === 'created', ...(await answerWithReceipt(context, capsule, receipt)) }
}

/** Counts what a write did. */
export function countWrite(metrics: Metrics, { outcome }: Created): void {
  if (!outcome.ok) return
  const isNew = outcome.receipt.outcome === 'created'
  metrics.count(isNew ? 'cascade_memory_docs_total' : 'cascade_memory_dedup_dropped_total')
}

const idOf = ({ id }: Receipt): string => {
  if (id === null) throw new CascadeError('INTERNAL', 'The receipt of a capsule names no capsule.')
  return id
}

/**
 * A capsule as it was just written, without asking the store again. Only where everything is known: the receipt is of
 * this very draft, and no parent has a say in its effective trust.
 */
function shownFrom(
  draft: Created['draft'],
  receipt: Receipt,
  committedAt: number | undefined,
): StoredCapsule | undefined {
  if (!draft || committedAt === undefined || receipt.id !== draft.id || receipt.outcome !== 'created') return undefined
  if (draft.parents.length > 0 || receipt.version === null) return undefined
  return {
    ...draft,
    version: receipt.version,
    ordinal: 1,
    isHead: true,
    revision: 1,
    effectiveTrust: draft.trust,
    status: 'ACTIVE',
    archivedIn: null,
    embeddingModel: draft.embedding?.model ?? null,
    createdAt: committedAt,
    updatedAt: committedAt,
    validFrom: draft.validFrom ?? committedAt,
    validTo: null,
  }
}
