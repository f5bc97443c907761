import { setImmediate as pause } from 'node:timers/promises'
import type { Action } from '@forge-cascade/contract/vocabulary'
import { CascadeError, createUuidV7, isCascadeError, systemRandom } from '#base'
import type { Subject } from '#identity'
import type { ArmedBundle } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import type { GateRequest } from './gate.ts'
import type { GovernanceGate } from './governance-gate.ts'
import { GOING_BACK } from './own-work.ts'

/** What has to stay possible for whoever applies policies: to apply others, as the API asks, and the name of their place. */
const KEPT_OF_APPLIER = [
  ['policy.apply', '*'],
  ['policy.apply', 'governance/policies'],
  ['policy.apply', GOING_BACK],
] as const
/** What has to for the administrator of the instance, as whom the command line comes on its machine: the kill switch, too. */
const KEPT_OF_FOUNDER = [
  ...KEPT_OF_APPLIER,
  ['emergency.read', '*'],
  ['emergency.raise', '*'],
  ['emergency.lift', '*'],
] as const
/** What has to for whoever takes part in votes. */
const TAKING_PART = (proposal: string) =>
  [
    ['proposal.create', '*'],
    ['proposal.create', proposal],
    ['proposal.read', proposal],
    ['proposal.vote', proposal],
  ] as const satisfies Asked
/** What has to for the instance, and for its administrator among the others, so that people can change the constitution again. */
const KEPT_OF_VOTES = (proposal: string) =>
  [...TAKING_PART(proposal), ['proposal.close', proposal], ['proposal.execute', proposal]] as const satisfies Asked

type Asked = readonly (readonly [Action, string])[]

/** A proposal that there will never be, another one each time: a clause that excepts one by its name does not except it. */
const someProposal = (): string => `proposal/${newProposal()}`
const newProposal = createUuidV7(() => 0, systemRandom)

/** Above every risk. */
const RISK_NEVER = 101

interface Kept {
  readonly subject: Subject
  readonly action: Action
  readonly resource: string
}

/** What has to stay possible where somebody applies policies. */
export const keptOf = (applier: Subject, founder: Subject): readonly Kept[] => [
  ...KEPT_OF_APPLIER.map(([action, resource]) => ({ subject: applier, action, resource })),
  ...KEPT_OF_FOUNDER.map(([action, resource]) => ({ subject: founder, action, resource })),
]

/** What has to where the constitution is changed. */
export const keptOfVotes = (founder: Subject): readonly Kept[] => [
  ...keptOf(founder, founder),
  ...KEPT_OF_VOTES(someProposal()).map(([action, resource]) => ({ subject: founder, action, resource })),
]

/**
 * Holds policies against what has to stay possible, at any risk, approved or not.
 *
 * @throws CascadeError CONFLICT
 */
export function refuseLockOut(gate: Pick<GovernanceGate, 'inputOf'>, armed: ArmedBundle, kept: readonly Kept[]): void {
  for (const { subject, action, resource } of kept) {
    const refusal = refusalUnder(gate, { action, resource, subject, correlationId: '' }, armed)
    if (refusal === undefined) continue
    const what = action === 'policy.apply' ? 'apply others any more' : `do ${action} any more`
    throw new CascadeError(
      'CONFLICT',
      `Under these policies ${subject.name} could not ${what}${refusal.when}, so they are not put in force. ${refusal.why}`,
    )
  }
}

/** The same as a sentence, and undefined where nobody is locked out. Each is asked at every risk: others have their turn in between. */
export async function findLockOut(
  gate: Pick<GovernanceGate, 'inputOf'>,
  armed: ArmedBundle,
  kept: readonly Kept[],
): Promise<string | undefined> {
  for (const one of kept) {
    await pause()
    try {
      refuseLockOut(gate, armed, [one])
    } catch (error) {
      if (isCascadeError(error) && error.code === 'CONFLICT') return error.detail
      throw error
    }
  }
  return undefined
}

/** Whether policies let somebody propose, see what is proposed, and vote, when nothing is out of the ordinary. */
export function mayTakePartUnder(gate: Pick<GovernanceGate, 'inputOf'>, armed: ArmedBundle, subject: Subject): boolean {
  return TAKING_PART(someProposal()).every(([action, resource]) => {
    const asked = gate.inputOf({ action, resource, subject, correlationId: '' })
    const calm = { ...asked, risk: 0, approval: null, bundle: armed.digest }
    return decideFrom(calm, armed).effect === 'allow'
  })
}

/** The risk that taking part in votes has for somebody at this moment, 0-100. */
export function riskOfTakingPart(gate: Pick<GovernanceGate, 'inputOf'>, subject: Subject): number {
  const asked = TAKING_PART(someProposal()).map(([action, resource]) => ({
    action,
    resource,
    subject,
    correlationId: '',
  }))
  return Math.max(...asked.map((one) => gate.inputOf(one).risk))
}

/** What policies refuse at some risk, approved or not; undefined where they allow it whatever the moment is. */
function refusalUnder(
  gate: Pick<GovernanceGate, 'inputOf'>,
  request: GateRequest,
  armed: ArmedBundle,
): { readonly when: string; readonly why: string } | undefined {
  const asked = { ...gate.inputOf(request), riskHold: RISK_NEVER, riskDeny: RISK_NEVER, bundle: armed.digest }
  for (const approval of [null, 'any']) {
    for (let risk = 0; risk < RISK_NEVER; risk++) {
      const { effect, reasons } = decideFrom({ ...asked, risk, approval }, armed)
      if (effect === 'allow') continue
      const when = risk > 0 ? ` at a risk of ${risk}` : approval === null ? '' : ' once it is approved'
      return { when, why: reasons.map(({ message }) => message).join(' ') }
    }
  }
  return undefined
}
