import type { StoredCapsule } from '../capsule.ts'
import { trustLevel } from '../trust.ts'
import type { CapsuleContext } from './context.ts'
import { getCapsule } from './read-capsule.ts'
import { listTrustEvents, type TrustEvent } from './trust-history.ts'

export interface TrustExplanation {
  readonly capsule: StoredCapsule
  /** Parents whose effective trust is below what the capsule itself was given. */
  readonly limitedBy: readonly { readonly id: string; readonly effectiveTrust: number }[]
  /** Newest first. */
  readonly history: readonly TrustEvent[]
  readonly sentence: string
}

export const HISTORY_MAX = 100

/** Trust of a capsule, what holds it down and how it came about. @throws CascadeError NOT_FOUND, ERASED. */
export async function explainTrust(context: Pick<CapsuleContext, 'store'>, id: string): Promise<TrustExplanation> {
  const { capsules } = context.store
  const capsule = await getCapsule(context, id)
  const parents = await capsules.parentTrust(id)
  const limitedBy = parents.filter(({ effectiveTrust }) => effectiveTrust < capsule.trust)
  const history = await listTrustEvents(context, id, HISTORY_MAX)
  return { capsule, limitedBy, history, sentence: explain(capsule, limitedBy) }
}

function explain({ status, trust, effectiveTrust }: StoredCapsule, limitedBy: TrustExplanation['limitedBy']): string {
  const own = `${trust} (${trustLevel(trust)})`
  if (status === 'QUARANTINED') return `Given ${own}, but quarantined: nothing may rely on it.`
  if (effectiveTrust === trust) return `Given ${own}; its lineage supports that.`
  const quarantined = limitedBy.filter((parent) => parent.effectiveTrust === 0).map(({ id }) => id)
  const held = `Given ${own}, but its lineage supports ${effectiveTrust} (${trustLevel(effectiveTrust)})`
  if (quarantined.length > 0) return `${held}: quarantined among its parents: ${quarantined.join(', ')}.`
  return limitedBy.length > 0
    ? `${held}: ${limitedBy.length} of its parents ${limitedBy.length === 1 ? 'is' : 'are'} trusted less.`
    : `${held}, until its rise is settled.`
}
