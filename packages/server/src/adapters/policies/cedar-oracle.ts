import type { AuthorizationAnswer } from '@cedar-policy/cedar-wasm'
import { messageOf } from '#base'
import {
  byPolicy,
  type EntityJson,
  type FallbackAnswer,
  type FallbackEngine,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyJson,
  type PolicyRequest,
  type PolicySetJson,
} from '#policy'
import { CedarInstance } from './cedar-instance.ts'

/** The one slot of an instance: policy sets cannot be taken out of it, so a new set gets a new instance. */
const SLOT = 'bundle'
const BROKEN = 'the policy engine broke and is being made anew'

export interface CedarOracleOptions {
  /** Entities that all requests know: the groups of actions that a schema declares. */
  readonly fixed?: readonly EntityJson[]
  /** Runs the work soon, and not now: `setImmediate`. */
  readonly later?: (work: () => void) => void
  /** Told of each instance that broke: a policy or a request did what none should. */
  readonly onBroken?: (reason: string) => void
}

/**
 * Cedar itself, in WebAssembly, over one set of policies in JSON: what the compiled path falls back to, and is held against.
 * It is handed no policy's text. An instance that trapped is replaced soon after; until then every answer is a failure, and so a denial.
 */
export class CedarOracle implements PolicyEngine, FallbackEngine {
  readonly #policies: PolicySetJson
  readonly #fixed: readonly EntityJson[]
  readonly #later: (work: () => void) => void
  readonly #onBroken: (reason: string) => void
  #instance: CedarInstance | undefined

  /** @throws TypeError for policies that Cedar does not take. */
  constructor(
    policies: PolicySetJson,
    { fixed = [], later = setImmediate, onBroken = () => undefined }: CedarOracleOptions = {},
  ) {
    this.#policies = policies
    this.#fixed = fixed
    this.#later = later
    this.#onBroken = onBroken
    this.#instance = this.#arm()
  }

  /** False between a break and the instance that replaces it. */
  get isArmed(): boolean {
    return this.#instance !== undefined
  }

  decide(request: PolicyRequest, except?: ReadonlySet<string>): PolicyDecision {
    if (except !== undefined && except.size > 0) return this.#decideExcept(request, except)
    return this.#guard(
      (instance) => {
        const call = { ...callOf(request, this.#fixed), preparsedPolicySetId: SLOT }
        return decisionOf(instance.call('statefulIsAuthorized', call))
      },
      (message) => ({ decision: 'deny', reasons: [], errors: [{ policyId: null, message }] }),
    )
  }

  /** Cedar is handed the other policies with the request: slower, and as rare as policies that are left out. */
  #decideExcept(request: PolicyRequest, except: ReadonlySet<string>): PolicyDecision {
    const others = Object.entries(this.#policies.policies).filter(([id]) => !except.has(id))
    return this.#guard(
      (instance) => {
        const call = { ...callOf(request, this.#fixed), policies: { staticPolicies: Object.fromEntries(others) } }
        return decisionOf(instance.call('isAuthorized', call))
      },
      (message) => ({ decision: 'deny', reasons: [], errors: [{ policyId: null, message }] }),
    )
  }

  /** Permits and forbids apart: each set then names all that are satisfied. */
  evaluate(policies: Readonly<Record<string, PolicyJson>>, request: PolicyRequest): FallbackAnswer {
    return this.#guard<FallbackAnswer>(
      (instance) => {
        const found = (['permit', 'forbid'] as const).map((effect) => {
          const some = Object.entries(policies).filter(([, policy]) => policy.effect === effect)
          const call = { ...callOf(request, []), policies: { staticPolicies: Object.fromEntries(some) } }
          return decisionOf(instance.call('isAuthorized', call))
        })
        const refused = found.flatMap(({ errors }) => errors).find(({ policyId }) => policyId === null)
        if (refused) return { kind: 'refused', message: refused.message }
        return {
          kind: 'evaluated',
          satisfied: found.flatMap(({ reasons }) => reasons),
          errors: found.flatMap(({ errors }) => errors),
        }
      },
      (message) => ({ kind: 'failed', message }),
    )
  }

  /**
   * Whatever an instance throws may have left it half-way: it is given up. So a request or a policy that breaks one costs those
   * of the next moment a denial, and never a wrong answer.
   */
  #guard<T>(ask: (instance: CedarInstance) => T, failed: (message: string) => T): T {
    if (this.#instance === undefined) return failed(BROKEN)
    try {
      return ask(this.#instance)
    } catch (error) {
      this.#instance = undefined
      this.#onBroken(messageOf(error))
      this.#later(() => {
        this.#instance ??= this.#arm()
      })
      return failed(`the policy engine broke: ${messageOf(error)}`)
    }
  }

  #arm(): CedarInstance {
    const instance = new CedarInstance()
    const { policies, templates = {}, links = [] } = this.#policies
    const answer = instance.preparse(SLOT, { staticPolicies: policies, templates, templateLinks: links })
    if (answer.type === 'success') return instance
    throw new TypeError(`Cedar does not take the policies: ${answer.errors.map(({ message }) => message).join('; ')}`)
  }
}

/** A request without a schema: what an escape does not say is a plain value. */
const callOf = (
  { principal, action, resource, context = {}, entities = [] }: PolicyRequest,
  fixed: readonly EntityJson[],
) => ({
  ...{ principal, action, resource, context },
  entities: [...fixed, ...entities],
})

/** What Cedar answered, sorted. */
export function decisionOf(answer: AuthorizationAnswer): PolicyDecision {
  if (answer.type === 'failure') {
    const message = `The request: ${answer.errors.map((error) => error.message).join('; ')}.`
    return { decision: 'deny', reasons: [], errors: [{ policyId: null, message }] }
  }
  const { decision, diagnostics } = answer.response
  const errors = diagnostics.errors.map(({ policyId, error }) => ({ policyId, message: error.message }))
  return { decision, reasons: diagnostics.reason.toSorted(), errors: errors.sort(byPolicy) }
}
