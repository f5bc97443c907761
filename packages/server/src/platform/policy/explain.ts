import type { Clause, CompiledPolicy } from './compile-policy.ts'
import type { CompiledEngine, ReadFrame } from './compiled-engine.ts'
import { BeyondCompiled } from './evaluation-error.ts'
import { decideFailClosed, type EnforcedDecision } from './policy-engine.ts'
import type { PolicyJson } from './policy-json.ts'
import type { PolicyRequest } from './policy-request.ts'
import { printClause, printScope } from './print-expression.ts'

/**
 * What a part of a policy came to: it let the policy apply, it did not, it could not be evaluated, or a part before it decided
 * already.
 */
export type Held = 'held' | 'not' | 'failed' | 'unreached'

export interface ExplainedPart {
  /** As it is written in the policy. */
  readonly text: string
  readonly held: Held
}

/** How a policy came to what it came to. */
export interface ExplainedPolicy {
  readonly policyId: string
  readonly effect: 'permit' | 'forbid'
  /** Whether the decision rests on it. */
  readonly determines: boolean
  /** What it says of principal, action and resource. */
  readonly scope: readonly ExplainedPart[]
  readonly clauses: readonly ExplainedPart[]
}

export interface PolicyExplanation {
  readonly decided: EnforcedDecision
  /** Those that the decision rests on or that failed; where there are none, the permits that came closest. */
  readonly policies: readonly ExplainedPolicy[]
}

/** Permits that are told of where nothing permits. */
export const CLOSEST_MAX = 5

/** Decides, and tells part by part how. It takes much longer than a decision. */
export function explain(engine: CompiledEngine, request: PolicyRequest): PolicyExplanation {
  const decided = decideFailClosed(engine, request)
  const frame = engine.read(request)
  const told = new Set<string | null>([...decided.reasons, ...decided.errors.map(({ policyId }) => policyId)])
  const describe = (policy: CompiledPolicy): ExplainedPolicy => ({
    policyId: policy.id,
    effect: policy.effect,
    determines: decided.reasons.includes(policy.id),
    ...partsOf(policy, frame, engine, request),
  })
  if (frame.kind === 'refused') return { decided, policies: [] }
  if (told.size > 0) return { decided, policies: engine.policies.filter(({ id }) => told.has(id)).map(describe) }
  const permits = engine.policies.filter(({ effect }) => effect === 'permit').map(describe)
  return { decided, policies: permits.sort((one, other) => heldIn(other) - heldIn(one)).slice(0, CLOSEST_MAX) }
}

const heldIn = ({ scope, clauses }: ExplainedPolicy): number =>
  [...scope, ...clauses].filter(({ held }) => held === 'held').length

function partsOf(policy: CompiledPolicy, frame: ReadFrame, engine: CompiledEngine, request: PolicyRequest) {
  const scope = policy.scopes.map(({ part, holds }) => ({
    text: printScope(part, policy.json[part]),
    held: frame.kind === 'read' ? wordOf(holds(frame)) : ('unreached' as const),
  }))
  let reached = scope.every(({ held }) => held !== 'not')
  const clauses = policy.clauses.map((clause) => {
    const held = reached ? heldBy(clause, frame, engine, request) : 'unreached'
    reached &&= held === 'held'
    return { text: printClause(clause.json), held }
  })
  return { scope, clauses }
}

const wordOf = (holds: boolean): Held => (holds ? 'held' : 'not')

function heldBy(clause: Clause, frame: ReadFrame, engine: CompiledEngine, request: PolicyRequest): Held {
  try {
    if (clause.holds !== undefined && frame.kind === 'read') return wordOf(clause.holds(frame))
  } catch (error) {
    if (!(error instanceof BeyondCompiled)) return 'failed'
  }
  return askWhether(clause, engine, request)
}

const ALL = { op: 'All' } as const

/** A clause that the compiled path leaves to the fallback is asked as a policy of its own. */
function askWhether({ json }: Clause, engine: CompiledEngine, request: PolicyRequest): Held {
  const policy: PolicyJson = { effect: 'permit', principal: ALL, action: ALL, resource: ALL, conditions: [json] }
  const answer = engine.ask([{ id: 'clause', json: policy }], request)
  if (answer.kind !== 'evaluated' || answer.errors.length > 0) return 'failed'
  return wordOf(answer.satisfied.length > 0)
}
