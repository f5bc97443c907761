import type { PolicyRequest } from './policy-request.ts'

/** A policy that could not be evaluated; `policyId` is null where the request itself could not. */
export interface PolicyError {
  readonly policyId: string | null
  readonly message: string
}

/** The order of errors in a decision; what is wrong with the request itself comes first. */
export const byPolicy = (one: PolicyError, other: PolicyError): number =>
  (one.policyId ?? '') < (other.policyId ?? '') ? -1 : 1

/** What Cedar's rules say: allowed when some permit is satisfied and no forbid is. Sorted by id. */
export interface PolicyDecision {
  readonly decision: 'allow' | 'deny'
  /** Ids of the policies that determine it: the forbids that are satisfied, else the permits. Empty: nothing permits it. */
  readonly reasons: readonly string[]
  /** Policies that Cedar passed over. Whoever enforces denies where there is one (`decideFailClosed`). */
  readonly errors: readonly PolicyError[]
}

/** Decides requests by one set of policies. Never throws for a request: what is wrong with it is an error in the decision. */
export interface PolicyEngine {
  /** @param except ids of policies that are not looked at: the decision is that of the others. */
  decide(request: PolicyRequest, except?: ReadonlySet<string>): PolicyDecision
}

/** A decision to act on. */
export interface EnforcedDecision extends PolicyDecision {
  /** `POLICY_ERROR`: a policy failed. `FORBIDDEN_BY_POLICY`: a forbid holds. `NOT_PERMITTED`: no permit does. */
  readonly code: 'PERMITTED' | 'FORBIDDEN_BY_POLICY' | 'NOT_PERMITTED' | 'POLICY_ERROR'
}

/**
 * Decides, and denies whenever a policy could not be evaluated: Cedar passes over a forbid that fails, and would allow what it
 * was to prevent.
 */
export function decideFailClosed(
  engine: PolicyEngine,
  request: PolicyRequest,
  except?: ReadonlySet<string>,
): EnforcedDecision {
  const decided = engine.decide(request, except)
  if (decided.errors.length > 0) return { ...decided, decision: 'deny', code: 'POLICY_ERROR' }
  if (decided.decision === 'allow') return { ...decided, code: 'PERMITTED' }
  return { ...decided, code: decided.reasons.length > 0 ? 'FORBIDDEN_BY_POLICY' : 'NOT_PERMITTED' }
}
