import {
  ACTION_TRAITS,
  type Action,
  type ActionRisk,
  GATE_STEPS,
  type GateStep,
  REASONS,
  type ReasonCode,
  TRUST_LEVELS,
} from '@forge-cascade/contract/vocabulary'
import { messageOf } from '#base'
import { coversAction } from '#identity'
import type { ArmedBundle } from './armed-bundle.ts'
import { isInShare } from './canary.ts'
import type { DecisionInput, InputSubject } from './decision-input.ts'
import { evaluatePolicies, type PolicyFindings } from './evaluate-policies.ts'
import { GOING_BACK } from './own-work.ts'
import type { DecisionReason, Effect, Obligation, StepResult, Verdict } from './verdict.ts'

/** What one step says. */
type StepOutcome =
  | { readonly kind: 'pass'; readonly reasons?: readonly DecisionReason[] }
  /** Somebody's approval would let it pass. */
  | { readonly kind: 'hold'; readonly reasons: readonly DecisionReason[] }
  | { readonly kind: 'stop'; readonly reasons: readonly DecisionReason[] }

/** Steps that stop whatever the mode, also where they break. */
const ALWAYS: ReadonlySet<GateStep> = new Set<GateStep>(['emergency', 'identity', 'rate', 'constitution'])

/** What the steps share: policies are evaluated once, for two of them. */
interface Deciding {
  readonly input: DecisionInput
  readonly bundle: ArmedBundle
  readonly holds: DecisionReason[]
  findings: PolicyFindings | undefined
}

const PASS: StepOutcome = { kind: 'pass' }

const STEPS: Readonly<Record<GateStep, (deciding: Deciding) => StepOutcome>> = {
  emergency: ({ input }) =>
    input.emergency && ACTION_TRAITS[input.action].inEmergency !== true ? stop('EMERGENCY') : PASS,
  identity: ({ input }) => judgeIdentity(input),
  rate: ({ input }) => (input.rateExceeded ? stop('RATE_LIMITED') : PASS),
  constitution: judgeConstitution,
  policy: (deciding) => (deciding.input.ownWork ? OWN : judgePolicies(deciding)),
  trust: ({ input }) => (isUnweighed(input) ? PASS : judgeTrust(input, subjectOf(input))),
  guardian: ({ input }) => (isUnweighed(input) || isGoingBack(input) ? PASS : judgeRisk(input)),
  approval: ({ input, holds }) => judgeApproval(input, holds),
}

/**
 * The one composition of a decision: each step in its order, the first that stops ends it. Pure: the same input and the same
 * policies give the same verdict. A step that breaks denies, and is named.
 */
export function decideFrom(input: DecisionInput, bundle: ArmedBundle): Verdict {
  const deciding: Deciding = { input, bundle, holds: [], findings: undefined }
  const steps: { step: GateStep; result: StepResult }[] = []
  const reasons: DecisionReason[] = []
  let stopped: GateStep | undefined
  for (const step of GATE_STEPS) {
    if (stopped !== undefined) {
      steps.push({ step, result: 'unreached' })
      continue
    }
    const { outcome, failed } = take(step, deciding)
    reasons.push(...(outcome.reasons ?? []))
    if (outcome.kind === 'stop') stopped = step
    // The last step says that others hold it; it is none of what holds it.
    if (outcome.kind === 'hold' && step !== 'approval') deciding.holds.push(...outcome.reasons)
    steps.push({ step, result: failed ? 'failed' : RESULTS[outcome.kind] })
  }
  return conclude(deciding, { steps, reasons, stopped })
}

const RESULTS = { pass: 'passed', hold: 'held', stop: 'stopped' } as const

function take(step: GateStep, deciding: Deciding): { readonly outcome: StepOutcome; readonly failed: boolean } {
  try {
    const { broken } = deciding.input
    if (broken?.step === step) throw new TypeError(`${broken.part} could not be asked`)
    return { outcome: STEPS[step](deciding), failed: false }
  } catch (error) {
    const message = `The step ${step} broke: ${messageOf(error)}. What cannot be decided is denied.`
    return {
      outcome: { kind: 'stop', reasons: [{ step, code: 'STEP_FAILED', message, policyId: null }] },
      failed: true,
    }
  }
}

interface Taken {
  readonly steps: Verdict['steps']
  readonly reasons: readonly DecisionReason[]
  /** Where it ended before its end. */
  readonly stopped: GateStep | undefined
}

function conclude({ input, bundle, holds, findings }: Deciding, { steps, reasons, stopped }: Taken): Verdict {
  const isHeld = holds.length > 0 && input.approval === null
  const effect: Effect = stopped !== undefined ? 'deny' : isHeld ? 'hold' : 'allow'
  const isEnforced =
    input.mode === 'enforce' || (input.subject !== null && isInShare('gate', input.subject.id, input.canaryPercent))
  const mode = isEnforced ? 'enforce' : input.mode
  const isStopped = stopped !== undefined && ALWAYS.has(stopped)
  const applied = effect === 'allow' || isEnforced || isStopped ? effect : 'allow'
  const obligations: Obligation[] = isHeld
    ? unique(holds.map(({ policyId }) => policyId)).map((policyId) => ({ kind: 'approval', policyId }))
    : []
  const word = wordOf(effect, applied, findings)
  const isRuleOfWarn = findings?.relaxed.some((id) => bundle.rules.get(id)?.mode === 'warn') === true
  const warns = word === 'would_deny' && (mode === 'warn' || isRuleOfWarn)
  return { effect, applied, word, mode, ...(warns && { warns }), reasons, obligations, steps }
}

/** What a relaxed rule would have stopped is `would_deny` as well, for it is the same news. */
function wordOf(effect: Effect, applied: Effect, findings: PolicyFindings | undefined): Verdict['word'] {
  if (applied === 'deny') return 'deny'
  if (applied === 'hold') return 'require_approval'
  return effect !== 'allow' || (findings?.relaxed.length ?? 0) > 0 ? 'would_deny' : 'allow'
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]

function judgeIdentity({ subject, scopes, action, absent, noBody }: DecisionInput): StepOutcome {
  if (subject === null) return stop('NO_CREDENTIAL')
  if (!subject.active) return stop('SUBJECT_INACTIVE')
  if (scopes !== null && !coversAction(scopes, action)) return stop('OUT_OF_SCOPE')
  if (absent) return stop('RESOURCE_ABSENT')
  return noBody ? stop('BODY_INVALID') : PASS
}

/** The identity step has seen to it that there is one. */
function subjectOf({ subject }: DecisionInput): InputSubject {
  if (subject !== null) return subject
  throw new TypeError('nobody asks')
}

function findingsOf(deciding: Deciding): PolicyFindings {
  const { input, bundle } = deciding
  deciding.findings ??= evaluatePolicies(input, subjectOf(input), bundle)
  return deciding.findings
}

function judgeConstitution(deciding: Deciding): StepOutcome {
  const { forbids, errors } = findingsOf(deciding).constitution
  if (forbids.length + errors.length === 0) return PASS
  const reasons = [
    ...named(errors).map(({ policyId, message }) =>
      reason('POLICY_ERROR', { step: 'constitution', policyId, detail: message }),
    ),
    ...named(forbids).map((policyId) => ruleReason('FORBIDDEN_BY_CONSTITUTION', policyId, deciding)),
  ]
  return { kind: 'stop', reasons }
}

/** Policies of one kind that a decision names, in the order of their ids: an entry of the log holds that many. */
const POLICIES_NAMED = 20
const named = <T>(all: readonly T[]): readonly T[] => all.slice(0, POLICIES_NAMED)

function judgePolicies(deciding: Deciding): StepOutcome {
  const { forbids, errors, permits, relaxed, isCurable } = findingsOf(deciding)
  const passedOver = named(relaxed).map((policyId) => ruleReason('FORBIDDEN_BY_POLICY', policyId, deciding))
  if (errors.length > 0) {
    const told = named(errors).map(({ policyId, message }) => reason('POLICY_ERROR', { policyId, detail: message }))
    return { kind: 'stop', reasons: [...passedOver, ...told] }
  }
  if (forbids.length > 0) {
    const told = named(forbids).map((policyId) => ruleReason('FORBIDDEN_BY_POLICY', policyId, deciding))
    return { kind: isCurable ? 'hold' : 'stop', reasons: [...passedOver, ...told] }
  }
  if (permits.length === 0) return { kind: 'stop', reasons: [...passedOver, reason('NOT_PERMITTED')] }
  const told = named(permits).map((policyId) => ruleReason('PERMITTED', policyId, deciding))
  return { kind: 'pass', reasons: [...passedOver, ...told] }
}

/** Least trust for actions of a risk. Who has less, and is no worse than experimental, needs somebody's approval. */
export const TRUST_NEEDED: Readonly<Record<ActionRisk, number>> = {
  low: TRUST_LEVELS.SANDBOX,
  medium: TRUST_LEVELS.STANDARD,
  high: TRUST_LEVELS.TRUSTED,
}

/** Nobody could be asked to approve it: the instance's own work, and what turns the kill switch. */
const isUnweighed = ({ ownWork, action }: DecisionInput): boolean => ownWork === true || UNWEIGHED.has(action)
const UNWEIGHED: ReadonlySet<Action> = new Set<Action>(['emergency.raise', 'emergency.lift'])

const isGoingBack = ({ action, resource }: DecisionInput): boolean =>
  action === 'policy.apply' && resource === GOING_BACK

function judgeTrust({ action }: DecisionInput, { trust }: InputSubject): StepOutcome {
  const { risk } = ACTION_TRAITS[action]
  const needed = TRUST_NEEDED[risk]
  if (trust >= needed) return PASS
  const detail = `it has ${trust}, and actions of ${risk} risk ask for ${needed}`
  const reasons = [reason('TRUST_TOO_LOW', { detail })]
  return { kind: trust >= TRUST_LEVELS.SANDBOX ? 'hold' : 'stop', reasons }
}

function judgeRisk({ risk, riskHold, riskDeny }: DecisionInput): StepOutcome {
  if (risk < riskHold && risk < riskDeny) return PASS
  // What is no number is no low one.
  const isTooHigh = !(risk < riskDeny)
  const detail = `${risk} of 100, and from ${isTooHigh ? riskDeny : riskHold} on it ${isTooHigh ? 'is refused' : 'takes an approval'}`
  return { kind: isTooHigh ? 'stop' : 'hold', reasons: [reason('RISK_TOO_HIGH', { detail })] }
}

function judgeApproval({ approval }: DecisionInput, holds: readonly DecisionReason[]): StepOutcome {
  if (holds.length === 0) return PASS
  if (approval !== null) return { kind: 'pass', reasons: [reason('APPROVED', { detail: `approval ${approval}` })] }
  return { kind: 'hold', reasons: [reason('NEEDS_APPROVAL')] }
}

interface ReasonMore {
  readonly step?: GateStep
  readonly policyId?: string | null
  readonly detail?: string
}

function reason(
  code: ReasonCode,
  { step = REASONS[code].step, policyId = null, detail }: ReasonMore = {},
): DecisionReason {
  const { meaning } = REASONS[code]
  return { step, code, policyId, message: detail === undefined ? `${meaning}.` : `${meaning}: ${withoutStop(detail)}.` }
}

const withoutStop = (text: string): string => text.replace(/\.$/, '')

/** In the words of the rule, where it has some. */
function ruleReason(code: ReasonCode, policyId: string, { bundle }: Deciding): DecisionReason {
  const says = bundle.rules.get(policyId)?.says ?? null
  return reason(code, { policyId, detail: says === null ? policyId : `${withoutStop(says)} (${policyId})` })
}

const OWN: StepOutcome = { kind: 'pass', reasons: [reason('OWN_WORK')] }

const stop = (code: ReasonCode): StepOutcome => ({ kind: 'stop', reasons: [reason(code)] })
