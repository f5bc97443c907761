import type { Action } from '@forge-cascade/contract'
import { CascadeError, type Clock } from '#base'
import type { Grant } from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import type { Decision, Gate, GateRequest } from './gate.ts'

export interface BootstrapGateOptions {
  readonly clock: Clock
  readonly newId: () => string
}

/** What this gate decides by, for those who are shown the rules. */
export const BOOTSTRAP_RULE = 'A subject with the role administrator may do everything; everybody else may do nothing.'

/**
 * The gate of an instance whose only subject with a credential is its administrator: the administrator may do
 * everything, everyone else nothing.
 */
export function createBootstrapGate({ clock, newId }: BootstrapGateOptions): Gate {
  return {
    decide<A extends Action>(request: GateRequest<A>): Decision<A> {
      const { action, resource, subject, correlationId, reach = 'command' } = request
      const fields = { decisionId: newId(), action, resource, subject: subject.id, correlationId }
      const decided = { ...fields, decidedAt: clock() }
      if (!subject.roles.includes('administrator')) {
        const message = `${subject.name} is no administrator`
        return { ...decided, effect: 'deny', reasons: [{ step: 'identity', code: 'ROLE_MISSING', message }] }
      }
      const reasons = [
        { step: 'identity', code: 'ADMINISTRATOR', message: `${subject.name} is an administrator` },
      ] as const
      return { ...decided, effect: 'allow', reasons, grant: mintGrant({ ...fields, reach }) }
    },
  }
}

/**
 * The grant of a decision.
 *
 * @throws CascadeError FORBIDDEN with the reasons when it was refused.
 */
export function requireGrant<A extends Action>(decision: Decision<A>): Grant<A> {
  if (decision.effect === 'allow') return decision.grant
  const why = decision.reasons.map(({ message }) => message).join('; ')
  throw new CascadeError('FORBIDDEN', `${decision.action} on ${decision.resource} was refused: ${why}.`, {
    extensions: { decision_id: decision.decisionId },
  })
}
