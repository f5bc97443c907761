import { ACTION_TRAITS, type Action, type ActionRisk, type GateMode } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock } from '#base'
import type { Subject } from '#identity'
import type { Grant, RecordPut, UnrecordedDecision } from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import { type ArmedBundle, armBundle, BUILT_IN_BUNDLE, BUILT_IN_FILES } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import type { DecisionInput, InputSignal, InputSubject } from './decision-input.ts'
import type { DecisionJournal } from './decision-journal.ts'
import type { Decided, Decision, Gate, GateRequest } from './gate.ts'

/** How far the gate goes, and from which scores on the guardian stops. */
export interface GateSettings {
  readonly mode: GateMode
  /** Share of subjects, 0-100, for whom `enforce` counts whatever the mode. */
  readonly canaryPercent: number
  readonly riskHold: number
  readonly riskDeny: number
}

export const GATE_DEFAULTS: GateSettings = { mode: 'enforce', canaryPercent: 0, riskHold: 70, riskDeny: 90 }

/** The guardian's word on a question: its score, 0-100, and what it is made of. */
export interface RiskFound {
  readonly risk: number
  readonly signals: readonly InputSignal[]
}

export interface GovernanceGateOptions {
  readonly clock: Clock
  readonly newId: () => string
  /** Asked at every decision, so that a changed configuration counts at once. */
  readonly settings?: () => GateSettings
  readonly guardian?: (action: Action, subject: Subject) => RiskFound
  /** Where decisions go on record; without it they are forgotten. */
  readonly journal?: DecisionJournal
}

/**
 * The gate: gathers what a decision is made from, has it made by `decideFrom`, puts it on record, and makes the grant.
 *
 * It never waits: what takes time (facts of a capsule, a credential) is found before and handed to it.
 */
export class GovernanceGate implements Gate {
  readonly #options: GovernanceGateOptions
  #isStopped: () => boolean = () => false
  #bundle = armBundle(BUILT_IN_BUNDLE, BUILT_IN_FILES)

  constructor(options: GovernanceGateOptions) {
    this.#options = options
  }

  /** The policies in force. */
  get bundle(): ArmedBundle {
    return this.#bundle
  }

  /** Decides by other policies from here on. */
  arm(bundle: ArmedBundle): void {
    this.#bundle = bundle
  }

  /** Asks the kill switch at every decision from here on. */
  stopBy(isOn: () => boolean): void {
    this.#isStopped = isOn
  }

  decide<A extends Action>(request: GateRequest<A>): Decision<A> {
    const { newId, journal } = this.#options
    const decided = { decisionId: newId(), ...this.preview(request) }
    const { action, resource, subject, correlationId, reach = 'command' } = request
    const fields = { ...decided, action, resource, subject: subject?.id ?? null }
    const { applied } = decided.verdict
    if (applied !== 'allow' || subject === undefined) {
      journal?.note(decided, 'at once')
      return { ...fields, applied: applied === 'hold' ? 'hold' : 'deny' }
    }
    const unrecorded = journal?.note(decided, ACTION_TRAITS[action].reach)
    const { decisionId } = decided
    const grant: Grant<A> = mintGrant(
      { decisionId, action, resource, subject: subject.id, correlationId, reach },
      request.alongside ? withRows(unrecorded, request.alongside) : unrecorded,
    )
    return { ...fields, applied, grant }
  }

  preview(request: GateRequest): Omit<Decided, 'decisionId'> {
    const startedAt = performance.now()
    const decidedAt = this.#options.clock()
    const bundle = this.#bundle
    const input = this.inputOf(request)
    const verdict = decideFrom(input, bundle)
    return { decidedAt, latencyMs: performance.now() - startedAt, correlationId: request.correlationId, input, verdict }
  }

  async settled(decision: Decision): Promise<void> {
    await this.#options.journal?.settled(decision.decisionId)
  }

  release(decisionId: string): void {
    this.#options.journal?.release(decisionId)
  }

  /** Everything that the question is decided from. */
  inputOf({ action, resource, subject, scopes, facts, rateExceeded, approval }: GateRequest): DecisionInput {
    const { settings = () => GATE_DEFAULTS, guardian = baseRisk } = this.#options
    const { mode, canaryPercent, riskHold, riskDeny } = settings()
    const found = subject === undefined ? NO_RISK : guardian(action, subject)
    return {
      v: 1,
      ...{ action, resource, mode, canaryPercent, riskHold, riskDeny },
      facts: facts === undefined || facts === 'absent' ? null : facts,
      absent: facts === 'absent',
      subject: subject === undefined ? null : inputSubject(subject),
      scopes: scopes ?? null,
      rateExceeded: rateExceeded === true,
      emergency: this.#isStopped(),
      risk: found.risk,
      signals: found.signals,
      approval: approval ?? null,
      bundle: this.#bundle.digest,
    }
  }
}

/** The rows go with the record of the decision, into the same transaction. */
const withRows = (
  unrecorded: UnrecordedDecision | undefined,
  rows: () => readonly RecordPut[],
): UnrecordedDecision | undefined =>
  unrecorded && {
    take: () => {
      const note = unrecorded.take()
      return note && { ...note, keep: [...note.keep, ...rows()] }
    },
    landed: (isWritten) => unrecorded.landed(isWritten),
  }

const inputSubject = ({ id, kind, roles, trust }: Subject): InputSubject => ({
  ...{ id, kind, roles, trust },
  owner: null,
  active: true,
})

const NO_RISK: RiskFound = { risk: 0, signals: [] }

/** What an action can harm by itself. */
export const BASE_RISKS: Readonly<Record<ActionRisk, number>> = { low: 10, medium: 40, high: 70 }

/** Without a guardian: the risk of the action, less for those who are trusted more. */
function baseRisk(action: Action, { trust }: Subject): RiskFound {
  const { risk } = ACTION_TRAITS[action]
  const score = Math.round((BASE_RISKS[risk] * (200 - trust)) / 200)
  return { risk: score, signals: [{ name: `action of ${risk} risk, trust ${trust}`, share: score }] }
}

/**
 * The grant of a decision.
 *
 * @throws CascadeError FORBIDDEN with the reasons when it was refused; APPROVAL_REQUIRED when it waits for somebody.
 */
export function requireGrant<A extends Action>(decision: Decision<A>): Grant<A> {
  if (decision.applied === 'allow') return decision.grant
  const { action, resource, decisionId, verdict } = decision
  const extensions = { decision_id: decisionId, reasons: verdict.reasons.map(({ code }) => code) }
  const why = verdict.reasons.filter(({ code }) => code !== 'PERMITTED').map(({ message }) => message)
  if (decision.applied === 'hold') {
    throw new CascadeError('APPROVAL_REQUIRED', `${action} on ${resource} needs an approval. ${why.join(' ')}`, {
      extensions,
    })
  }
  if (verdict.reasons.some(({ code }) => code === 'EMERGENCY')) {
    throw new CascadeError('EMERGENCY_ACTIVE', `${action} on ${resource} was refused. ${why.join(' ')}`, { extensions })
  }
  throw new CascadeError('FORBIDDEN', `${action} on ${resource} was refused. ${why.join(' ')}`, { extensions })
}
