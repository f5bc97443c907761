import { ACTION_TRAITS, TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { ArmedBundle } from '../armed-bundle.ts'
import type { CapsuleFacts, DecisionInput, InputSubject } from '../decision-input.ts'

/** Whose trust a change sets, and what follows for agents of theirs. */
export interface TrustShift {
  readonly subject: Pick<InputSubject, 'id' | 'kind' | 'roles' | 'owner'>
  readonly before: number
  readonly after: number
  /** The trust of the person behind the subject, with no more of which it acts; 100 for who has nobody behind it. */
  readonly most: number
  /** Id of an agent of the subject → its own trust: it acts with no more than its person has. */
  readonly agents: ReadonlyMap<string, number>
  /** Weight of the guardian's signal `actor_trust`, 0-1. */
  readonly weight: number
}

/** What of the gate's settings a change sets. */
export type GateShift = Partial<Pick<DecisionInput, 'mode' | 'canaryPercent' | 'riskHold' | 'riskDeny'>>

/** A change of the rules: what decides before it and after it. Policies, trust and settings may change together. */
export interface AnalysedChange {
  readonly before: ArmedBundle
  readonly after: ArmedBundle
  readonly trust: TrustShift | null
  readonly settings: { readonly before: GateShift; readonly after: GateShift } | null
}

export const SIDES = ['before', 'after'] as const
export type Side = (typeof SIDES)[number]

/** What would be decided from on one side of a change. */
export interface InputOnSide {
  readonly input: DecisionInput
  /** False where the risk, which is worked out again from whole points, is too near to a threshold to say. */
  readonly isSure: boolean
}

/** An input as it is on one side of the change: with its policies, trust and settings. */
export function inputOn(side: Side, input: DecisionInput, change: AnalysedChange): InputOnSide {
  const settings = change.settings?.[side] ?? {}
  const moved: DecisionInput = { ...input, ...settings, bundle: change[side].digest }
  return change.trust === null ? { input: moved, isSure: true } : withTrust(moved, change.trust, change.trust[side])
}

function withTrust(input: DecisionInput, shift: TrustShift, trust: number): InputOnSide {
  const facts = factsWith(input.facts, shift, trust)
  const after = input.after && ownedWith(input.after, shift, trust)
  const there = { ...input, facts, ...(after && { after }) }
  const { subject } = input
  const acts = subject === null ? undefined : actingTrust(subject, shift, trust)
  if (subject === null || acts === undefined || acts === subject.trust) return { input: there, isSure: true }
  const risk = riskWith(input, acts, shift.weight)
  const isSure =
    !isWeighed(input) || [input.riskHold, input.riskDeny].every((at) => Math.abs(risk - at) > riskErrorOf(input.risk))
  // An agent does not act at all where the person behind it has less than what anything asks for.
  const active = subject.active && (subject.id === shift.subject.id || trust >= TRUST_LEVELS.SANDBOX)
  return { input: { ...there, subject: { ...subject, active, trust: acts }, risk }, isSure }
}

/**
 * How far a risk may be off that is worked out from whole points: most where little is left of a hundred. Nothing can be said of
 * what was beyond that.
 */
export function riskErrorOf(risk: number): number {
  if (risk >= 100) return 100
  return risk >= 90 ? 5 : 2
}

const isWeighed = ({ ownWork, action }: DecisionInput): boolean =>
  ownWork !== true && ACTION_TRAITS[action].inEmergency !== true

/** The trust with which a subject acts; undefined for one that the change does not concern. */
function actingTrust(
  { id, owner }: InputSubject,
  { subject, agents, most }: TrustShift,
  trust: number,
): number | undefined {
  if (id === subject.id) return Math.min(trust, most)
  const own = owner === subject.id ? agents.get(id) : undefined
  return own === undefined ? undefined : Math.min(own, trust)
}

function factsWith(facts: DecisionInput['facts'], shift: TrustShift, trust: number): DecisionInput['facts'] {
  if (facts === null) return null
  if ('requester' in facts) return { requester: { ...facts.requester, trust: named(facts.requester, shift, trust) } }
  if (!('asker' in facts)) return ownedWith(facts, shift, trust)
  const { asker } = facts
  return { ...facts, asker: asker && { ...asker, trust: named(asker, shift, trust) } }
}

const ownedWith = (facts: CapsuleFacts, shift: TrustShift, trust: number): CapsuleFacts => ({
  ...facts,
  owner: { ...facts.owner, trust: named(facts.owner, shift, trust) },
})

/** Of a subject that facts name: its own trust, whoever is behind it. */
const named = ({ id, trust: own }: CapsuleFacts['owner'], { subject }: TrustShift, trust: number): number =>
  id === subject.id ? trust : own

/**
 * The risk with another trust of who acts: the share of the signal is taken out of what risk is made of, and put back as the
 * guardian would weigh it.
 *
 * @see riskOf
 */
export function riskWith(
  { risk, signals }: Pick<DecisionInput, 'risk' | 'signals'>,
  trust: number,
  weight: number,
): number {
  const share = signals.find(({ name }) => name === 'actor_trust')?.share
  if (share === undefined || risk >= 100) return risk
  const whole = -Math.log(1 - risk / 100)
  const others = risk === 0 ? 0 : whole * (1 - share / risk)
  const own = -Math.log(Math.max(LEFT_MIN, 1 - weight * ((100 - trust) / 100)))
  return Math.round(100 * (1 - Math.exp(-(others + own))))
}

const LEFT_MIN = 1e-9
