import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { Subject } from '#identity'
import type { Voter } from '../voting/election.ts'
import type { ProposalAction } from './proposal-row.ts'

const SELF_APPROVAL = 'const.no-self-approval'

/** Who has less does nothing, by the constitution, so that its weight would be cast by nobody. */
const TRUST_FLOOR = TRUST_LEVELS.SANDBOX

/**
 * Who votes on an action: people who are active and trusted enough. Whose trust is voted on has no vote, nor has the person
 * behind it.
 */
export function votersOn(
  action: ProposalAction,
  people: readonly Subject[],
  target: Subject | undefined,
  trustMin: number,
) {
  const concerned = action.type === 'trust_change' ? [action.subject, target?.owner] : []
  return people
    .filter(
      ({ id, kind, active, trust }) =>
        kind === 'person' && active && trust >= Math.max(trustMin, TRUST_FLOOR) && !concerned.includes(id),
    )
    .map(({ id, trust }): Voter => ({ id, weight: trust }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the constitution says against raising one's own trust by a proposal of one's own. */
export function selfRaise(action: ProposalAction, proposer: string, target: Subject | undefined) {
  if (action.type !== 'trust_change' || target === undefined || action.trust <= target.trust) return undefined
  if (target.id !== proposer && target.owner !== proposer) return undefined
  const whose = target.id === proposer ? 'the proposer’s own trust' : 'the trust of an agent of the proposer'
  return {
    clause: SELF_APPROVAL,
    reason: `It would raise ${whose}. Nobody approves a request of their own: have somebody else propose it.`,
  }
}
