import type { CircuitView } from './circuit.ts'
import { type DriftReading, factorOf } from './penalty.ts'
import { CONFIGURED, type Conditions, type RoutingRule, type RoutingRules } from './routing-rules.ts'
import { bucketOf, rankArms } from './split.ts'

/** What is to be embedded, and for whom. */
export interface RoutingRequest {
  readonly purpose: 'query' | 'document'
  /** Left out where the instance works for itself. */
  readonly action?: string | undefined
  readonly subject?: RoutingSubject | undefined
  readonly lane?: string | undefined
  /** Characters of all texts together. */
  readonly characters: number
  /** Beginning of the first text, for rules that are sticky by it. */
  readonly text?: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface RoutingSubject {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly roles: readonly string[]
  readonly trust: number
}

/** What is known of the providers at the moment. */
export interface RoutingState {
  circuit(provider: string): CircuitView
  drift(provider: string): DriftReading | undefined
}

/** One sentence of why, with its code. */
export interface RoutingReason {
  readonly code: 'NO_RULE' | 'RULE' | 'SPLIT' | 'PENALISED' | 'CIRCUIT' | 'NOBODY_LEFT'
  readonly message: string
}

export interface RoutingDecision {
  /** Name of the rule; null where none fits. */
  readonly rule: string | null
  /** 0-9999; null without a rule. */
  readonly bucket: number | null
  /** The arm of the split that the id has, whether it answers now or not. */
  readonly arm: string
  /** Who is asked first; null where every circuit is open. */
  readonly provider: string | null
  /** Who is asked after that, in this order. */
  readonly fallbacks: readonly string[]
  readonly reasons: readonly RoutingReason[]
}

/** Who has no subject, lane or text counts as the instance itself. */
const NOBODY = 'instance'
/** Characters of a text that a rule may be sticky by. */
export const STICKY_CHARACTERS = 256

/**
 * Which provider serves a request: the first rule whose conditions all hold, the arm of its split that the id has, and who comes
 * after that. A provider whose circuit lets nobody through is passed over. Without a rule it is the configured embedder. The same
 * from the same: a preview is this function.
 */
export function selectProvider(rules: RoutingRules, request: RoutingRequest, state: RoutingState): RoutingDecision {
  const rule = rules.rules.find((one) => fits(one, request))
  if (rule === undefined) {
    const message = 'No rule fits: the configured embedder serves.'
    return { rule: null, bucket: null, arm: CONFIGURED, ...order([CONFIGURED], state, [{ code: 'NO_RULE', message }]) }
  }
  const [salt, id] = [saltOf(rule), idOf(rule, request)]
  const reasons: RoutingReason[] = [{ code: 'RULE', message: `Rule ${rule.name} is the first that fits.` }]
  const ranked = rankArms(salt, id, weigh(rule, rules, state, reasons))
  const arm = ranked[0] ?? CONFIGURED
  if (rule.split.length > 1) reasons.push({ code: 'SPLIT', message: `By its ${rule.sticky} it has the arm ${arm}.` })
  const after = rule.fallbacks ?? [...ranked.slice(1), CONFIGURED]
  return { rule: rule.name, bucket: bucketOf(salt, id), arm, ...order([...new Set([arm, ...after])], state, reasons) }
}

/** Renaming a rule moves ids, unless it has a salt of its own. */
const saltOf = ({ salt, name }: RoutingRule): string => salt ?? name

function idOf({ sticky }: RoutingRule, { subject, lane, text }: RoutingRequest): string {
  if (sticky === 'lane') return lane ?? NOBODY
  return (sticky === 'text' ? text : subject?.id) ?? NOBODY
}

/** The arms with what drift leaves of their weights; as they are declared where it leaves none of any. */
function weigh(rule: RoutingRule, { penalty }: RoutingRules, state: RoutingState, reasons: RoutingReason[]) {
  if (rule.split.length === 1) return rule.split
  const arms = rule.split.map(({ provider, weight }) => {
    const drift = state.drift(provider)
    const factor = factorOf(drift, penalty)
    if (factor < 1)
      reasons.push({
        code: 'PENALISED',
        message: `${provider} keeps ${Math.round(factor * 100)} % of its weight: its answers have drifted by ${drift?.value.toFixed(2)}.`,
      })
    return { provider, weight: weight * factor }
  })
  return arms.some(({ weight }) => weight > 0) ? arms : rule.split
}

function order(
  candidates: readonly string[],
  state: RoutingState,
  before: readonly RoutingReason[],
): Pick<RoutingDecision, 'provider' | 'fallbacks' | 'reasons'> {
  const reasons = [...before]
  const asked = candidates.filter((provider) => {
    const circuit = state.circuit(provider)
    if (circuit === 'closed' || circuit === 'probing') return true
    const why = circuit === 'open' ? 'its circuit is open' : 'it is being probed'
    reasons.push({ code: 'CIRCUIT', message: `${provider} is passed over: ${why}.` })
    return false
  })
  const [provider = null, ...fallbacks] = asked
  if (provider === null) reasons.push({ code: 'NOBODY_LEFT', message: 'No provider is left that may be asked now.' })
  return { provider, fallbacks, reasons }
}

const HOUR_MS = 3_600_000

/** Whether every condition of a rule holds; a condition about somebody holds for nobody who is not known. */
function fits(rule: RoutingRule, { purpose, action, subject, lane, characters, text, at }: RoutingRequest): boolean {
  const { when } = rule
  return (
    includes(when.purpose, purpose) &&
    includes(when.action, action) &&
    includes(when.lane, lane) &&
    isOneOf(when.subject, [subject?.id, subject?.name]) &&
    includes(when.kind, subject?.kind) &&
    isOneOf(when.role, subject?.roles ?? []) &&
    (when.trust_min === undefined || (subject !== undefined && subject.trust >= when.trust_min)) &&
    (when.characters_min === undefined || characters >= when.characters_min) &&
    (when.characters_max === undefined || characters <= when.characters_max) &&
    isWithinHours(when.hours, Math.floor(at / HOUR_MS) % 24) &&
    (when.percent === undefined ||
      bucketOf(saltOf(rule), idOf(rule, { subject, lane, text, purpose, characters, at })) < when.percent * 100)
  )
}

const includes = (wanted: readonly string[] | undefined, value: string | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value))

const isOneOf = (wanted: readonly string[] | undefined, values: readonly (string | undefined)[]): boolean =>
  wanted === undefined || values.some((value) => value !== undefined && wanted.includes(value))

function isWithinHours(hours: Conditions['hours'], hour: number): boolean {
  if (hours === undefined) return true
  const [from, to] = hours
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}
