import { messageOf } from '#base'
import { type CompiledPolicy, compilePolicies } from './compile-policy.ts'
import { BeyondCompiled, InvalidRequest } from './evaluation-error.ts'
import type { FallbackAnswer, FallbackEngine } from './fallback-engine.ts'
import type { Frame, KnownEntities } from './frame.ts'
import { byPolicy, type PolicyDecision, type PolicyEngine, type PolicyError } from './policy-engine.ts'
import { PolicyIndex } from './policy-index.ts'
import type { PolicySetJson } from './policy-json.ts'
import type { EntityJson, PolicyRequest } from './policy-request.ts'
import { readEntities, readRequest } from './read-request.ts'

export interface CompiledEngineOptions {
  /** Entities that all requests know: the groups of actions that a schema declares. */
  readonly fixed?: readonly EntityJson[]
  /** What evaluates extension types; without it whatever needs them fails. */
  readonly fallback?: FallbackEngine
}

/** What the policies that may match came to; those of the last list are left to the fallback. */
interface Outcome {
  readonly permits: string[]
  readonly forbids: string[]
  readonly errors: PolicyError[]
  readonly left: CompiledPolicy[]
}

/**
 * Cedar's decisions, by policies that are compiled to functions and found by action and scope.
 *
 * What it does not know for sure (extension types, unusual spellings) goes to the fallback, for exactly the policies or the
 * requests concerned.
 *
 * @see docs/decisions/0021-policies-in-cedar.md
 */
export class CompiledEngine implements PolicyEngine {
  readonly policies: readonly CompiledPolicy[]
  readonly #index: PolicyIndex
  readonly #fixed: readonly EntityJson[]
  readonly #known: KnownEntities
  readonly #fallback: FallbackEngine | undefined

  /** @throws TypeError for links of templates that lead nowhere, and for fixed entities that no request could have. */
  constructor(policies: PolicySetJson, { fixed = [], fallback }: CompiledEngineOptions = {}) {
    this.policies = compilePolicies(policies)
    this.#index = new PolicyIndex(this.policies)
    this.#fixed = fixed
    this.#known = readEntities(fixed, new Map())
    this.#fallback = fallback
  }

  decide(request: PolicyRequest, except?: ReadonlySet<string>): PolicyDecision {
    const frame = this.read(request)
    if (frame.kind === 'refused') return denied([{ policyId: null, message: frame.message }])
    if (frame.kind === 'beyond') return this.#fallback?.decide(this.#whole(request), except) ?? denied([NO_FALLBACK])
    const outcome: Outcome = { permits: [], forbids: [], errors: [], left: [] }
    for (const policy of this.#index.find(frame)) if (!except?.has(policy.id)) run(policy, frame, outcome)
    const isWhole = outcome.left.length === 0 && !frame.hasExtensions
    return isWhole ? conclude(outcome) : this.#complete(outcome, request)
  }

  /** The request as compiled policies read it. */
  read(request: PolicyRequest): ReadFrame {
    try {
      return Object.assign(readRequest(request, this.#known), { kind: 'read' as const })
    } catch (error) {
      if (error instanceof BeyondCompiled) return { kind: 'beyond' }
      if (error instanceof InvalidRequest) return { kind: 'refused', message: `The request: ${error.message}.` }
      // What is no request at all is refused as well.
      return { kind: 'refused', message: `The request cannot be read: ${messageOf(error)}.` }
    }
  }

  /** Asks the fallback about some policies. */
  ask(policies: readonly Pick<CompiledPolicy, 'id' | 'json'>[], request: PolicyRequest): FallbackAnswer {
    if (this.#fallback === undefined) return { kind: 'failed', message: NO_FALLBACK.message }
    const json = Object.fromEntries(policies.map((policy) => [policy.id, policy.json]))
    return this.#fallback.evaluate(json, this.#whole(request))
  }

  /** With what all requests know. */
  #whole(request: PolicyRequest): PolicyRequest {
    return { ...request, entities: [...this.#fixed, ...(request.entities ?? [])] }
  }

  #complete(outcome: Outcome, request: PolicyRequest): PolicyDecision {
    const answer = this.ask(outcome.left, request)
    if (answer.kind === 'refused') return denied([{ policyId: null, message: answer.message }])
    if (answer.kind === 'failed') {
      const { message } = answer
      const ids = outcome.left.map(({ id }) => id)
      return denied([
        ...outcome.errors,
        ...(ids.length === 0 ? [null] : ids).map((policyId) => ({ policyId, message })),
      ])
    }
    const satisfied = new Set(answer.satisfied)
    for (const policy of outcome.left) if (satisfied.has(policy.id)) listOf(policy, outcome).push(policy.id)
    outcome.errors.push(...answer.errors)
    return conclude(outcome)
  }
}

const NO_FALLBACK: PolicyError = {
  policyId: null,
  message: 'It needs what only Cedar itself evaluates, and that is not there.',
}

/** A request as it was read; or that only Cedar can read it; or what is wrong with it. */
export type ReadFrame =
  | ({ readonly kind: 'read' } & Frame)
  | { readonly kind: 'beyond' }
  | { readonly kind: 'refused'; readonly message: string }

function run(policy: CompiledPolicy, frame: Frame, outcome: Outcome): void {
  try {
    for (const holds of policy.asked) if (!holds(frame)) return
    // A clause that is left to the fallback may be preceded by one that does not hold.
    for (const { holds } of policy.clauses) {
      if (holds === undefined) return void outcome.left.push(policy)
      if (!holds(frame)) return
    }
    listOf(policy, outcome).push(policy.id)
  } catch (error) {
    if (error instanceof BeyondCompiled) outcome.left.push(policy)
    else outcome.errors.push({ policyId: policy.id, message: messageOf(error) })
  }
}

const listOf = ({ effect }: CompiledPolicy, { permits, forbids }: Outcome): string[] =>
  effect === 'permit' ? permits : forbids

/** A forbid outweighs any permit. */
function conclude({ permits, forbids, errors }: Outcome): PolicyDecision {
  const decision = forbids.length === 0 && permits.length > 0 ? 'allow' : 'deny'
  const reasons = forbids.length > 0 ? forbids : permits
  return { decision, reasons: reasons.sort(), errors: errors.sort(byPolicy) }
}

const denied = (errors: readonly PolicyError[]): PolicyDecision => ({ decision: 'deny', reasons: [], errors })
