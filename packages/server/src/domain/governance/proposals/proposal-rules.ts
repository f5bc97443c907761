import type { ProposalKind } from '@forge-cascade/contract'
import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { Subject } from '#identity'
import type { Voter } from '../voting/election.ts'
import type { Changed } from './carry-out.ts'
import { kindOf, type ProposalAction, type ProposalRow } from './proposal-row.ts'

const SELF_APPROVAL = 'const.no-self-approval'

/** Who has less does nothing, by the constitution, so that its weight would be cast by nobody. */
const TRUST_FLOOR = TRUST_LEVELS.SANDBOX

const isTrusted = (trust: number, trustMin: number): boolean => trust >= Math.max(trustMin, TRUST_FLOOR)

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
        kind === 'person' && active && isTrusted(trust, trustMin) && !concerned.includes(id),
    )
    .map(({ id, trust }): Voter => ({ id, weight: trust }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * How an action is voted on as things stand. Taking somebody’s vote away takes what amends the constitution takes: else a majority
 * would make itself two thirds.
 */
export function kindNow(action: ProposalAction, target: Subject | undefined, trustMin: number): ProposalKind {
  if (action.type !== 'trust_change' || target === undefined || !target.active || target.kind !== 'person')
    return kindOf(action)
  return isTrusted(target.trust, trustMin) && !isTrusted(action.trust, trustMin) ? 'constitution' : kindOf(action)
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

/** What of the constitution forbids a proposal, as things stand; undefined where nothing does. */
export async function vetoOf(
  { policies, subjects }: Pick<Changed, 'policies' | 'subjects'>,
  { action, proposer }: ProposalRow,
): Promise<ProposalRow['veto'] | undefined> {
  if (action.type === 'policy_change') return action.files === null ? undefined : policies.clauseTouched(action.files)
  if (action.type === 'constitution_amendment') return policies.clauseWeakened(action.clauses)
  return action.type === 'trust_change' ? selfRaise(action, proposer, await subjects.find(action.subject)) : undefined
}

/** Whether two actions change the same: the policies, the trust of one subject, one setting, or one clause. */
export function changesSame(a: ProposalAction, b: ProposalAction): boolean {
  if (a.type === 'policy_change') return b.type === a.type
  if (a.type === 'trust_change') return b.type === a.type && a.subject === b.subject
  if (a.type === 'configuration_change')
    return b.type === a.type && a.changes.some(({ key }) => b.changes.some((one) => one.key === key))
  return b.type === a.type && a.clauses.some(({ id }) => b.clauses.some((one) => one.id === id))
}
