import type { Action } from '@forge-cascade/contract'
import type { DecideCapsule, DecideNew } from '#capsules'
import { type Gate, type GateRequest, requireAllowed } from '#governance'
import type { Credential } from '#identity'

import { CAPSULE, type FindFacts, factsAfter, type NewFacts } from './facts.ts'
import type { Visit } from './visit.ts'

/** Decides on the capsules that one grant covers, each by what is known of it. */
export interface LineDecisions {
  each(action: Action): DecideCapsule
  readonly new: DecideNew
}

interface Parts {
  readonly gate: Gate
  readonly findFacts?: FindFacts
  readonly newFacts?: NewFacts
}

/** What is allowed is on record with the decision of that grant; what is not, or would not be, is gathered. */
export function lineDecisions(
  { gate, findFacts, newFacts }: Parts,
  { subject, scopes }: Credential,
  { correlationId, approved }: Pick<Visit, 'correlationId' | 'approved'>,
): LineDecisions {
  const decide = (asked: Pick<GateRequest, 'action' | 'resource' | 'facts' | 'after'>): void => {
    const request = { ...asked, subject, scopes, correlationId, ...(approved && { approval: approved.id }) }
    if (gate.preview(request).verdict.word !== 'allow') requireAllowed(gate.evaluate(request))
  }
  return {
    each: (action) => async (id, change) => {
      const resource = `${CAPSULE}${id}`
      const facts = await findFacts?.(resource, subject)
      if (facts === undefined || facts === 'absent') return
      const isSeen = change !== undefined && 'lane' in facts && newFacts?.isAsked() === true
      const after = isSeen ? factsAfter(facts, change) : undefined
      decide({ action, resource, facts, ...(after && { after }) })
    },
    new: async (capsule) => {
      if (!newFacts?.isAsked()) return
      decide({ action: 'capsule.create', resource: '*', facts: await newFacts.of(capsule, subject) })
    },
  }
}
