import {
  ACTION_TRAITS,
  type Action,
  type GateMode,
  REASONS,
  type ReasonCode,
  RISK_WEIGHTS,
} from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, isCascadeError, isWithin } from '#base'
import type { Subject } from '#identity'
import type { Grant } from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import { type ArmedBundle, armBundle, BUILT_IN_BUNDLE, BUILT_IN_FILES } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import type { Broken, CapsuleFacts, DecisionInput, InputSubject } from './decision-input.ts'
import type { DecisionJournal, Noted } from './decision-journal.ts'
import type { Outcome } from './decision-outcomes.ts'
import type { Decided, Decision, Gate, GateRequest, GateWitness, Granted, Later } from './gate.ts'
import { Guardian } from './guardian/index.ts'
import { isOwnWork } from './own-work.ts'
import { DENIER, type ShadowCheck } from './shadow-check.ts'
import type { DecisionReason } from './verdict.ts'

/** How far the gate goes, and from which scores on the guardian stops. */
export interface GateSettings {
  readonly mode: GateMode
  /** Share of subjects, 0-100, for whom `enforce` counts whatever the mode. */
  readonly canaryPercent: number
  readonly riskHold: number
  readonly riskDeny: number
}

/** How long one decision stands for what is done again and again, in milliseconds. */
const STANDING_MS = 60 * 60 * 1000
/** Grants and refusals that are kept, of each; beyond them all are asked for anew. */
const STANDING_MAX = 1000

/** What was decided once and stands. */
interface Standing<T> {
  readonly value: T
  readonly state: string
  readonly at: number
}

const keyOf = ({ action, resource, subject }: GateRequest): string => `${action} ${resource} ${subject?.id}`

/** What may be otherwise a moment later, although no rule and no setting changed. */
const PASSES: ReadonlySet<ReasonCode> = new Set(['EMERGENCY', 'RATE_LIMITED', 'RISK_TOO_HIGH', 'STEP_FAILED'])

export const GATE_DEFAULTS: GateSettings = { mode: 'enforce', canaryPercent: 0, riskHold: 85, riskDeny: 97 }

export interface GovernanceGateOptions {
  readonly clock: Clock
  readonly newId: () => string
  /** Asked at every decision, so that a changed configuration counts at once. */
  readonly settings?: () => GateSettings
  readonly guardian?: Pick<Guardian, 'note' | 'weigh'>
  /** Where decisions go on record; without it they are forgotten. */
  readonly journal?: DecisionJournal
  /** Told of what broke: whoever asked is told of the denial alone. */
  readonly onTrouble?: (message: string, cause: unknown) => void
}

/**
 * The gate: gathers what a decision is made from, has it made by `decideFrom`, puts it on record, and makes the grant.
 *
 * It never waits: what takes time (facts of a capsule, a credential) is found before and handed to it.
 */
export class GovernanceGate implements Gate {
  readonly #options: GovernanceGateOptions
  readonly #guardian: Pick<Guardian, 'note' | 'weigh'>
  readonly #standing = new Map<string, Standing<Grant>>()
  readonly #refused = new Map<string, Standing<CascadeError>>()
  #isStopped: () => boolean = () => false
  #witness: GateWitness | undefined
  #shadow: Pick<ShadowCheck, 'offer'> | undefined
  #isDoubted = false
  #bundle = armBundle(BUILT_IN_BUNDLE, BUILT_IN_FILES)

  constructor(options: GovernanceGateOptions) {
    this.#options = options
    this.#guardian = options.guardian ?? new Guardian({ clock: options.clock, weights: () => RISK_WEIGHTS })
  }

  /** The policies in force. */
  get bundle(): ArmedBundle {
    return this.#bundle
  }

  /** Decides by other policies from here on; what is compiled decides nothing any more once it is in doubt. */
  arm(bundle: ArmedBundle): void {
    const isInDoubt = this.#isDoubted && bundle.decider === bundle.engine
    this.#bundle = isInDoubt ? { ...bundle, decider: DENIER } : bundle
  }

  /** Whether what was compiled decided otherwise than Cedar once: it is not gone by any more. */
  get isDoubted(): boolean {
    return this.#isDoubted
  }

  /** Denies everything until policies are armed that somebody else decides by. */
  doubt(): void {
    this.#isDoubted = true
    this.#bundle = { ...this.#bundle, decider: DENIER }
  }

  /** Has a sample of decisions looked at from here on. */
  shadowBy(shadow: Pick<ShadowCheck, 'offer'>): void {
    this.#shadow = shadow
  }

  /** Asks the kill switch at every decision from here on. */
  stopBy(isOn: () => boolean): void {
    this.#isStopped = isOn
  }

  /** Has a witness hear of denials and outcomes from here on. */
  witnessBy(witness: GateWitness): void {
    this.#witness = witness
  }

  decide<A extends Action>(request: GateRequest<A>): Decision<A> {
    const { action, resource, subject, correlationId, reach = 'command' } = request
    const made = this.#noted(request, this.preview(request))
    const { applied } = made.verdict
    const isAllowed = applied === 'allow' && subject !== undefined
    const { decisionId, unrecorded } = this.#note(made, isAllowed ? ACTION_TRAITS[action].reach : 'at once')
    const fields = { decisionId, ...made, action, resource, subject: subject?.id ?? null }
    if (applied === 'deny' && made.input.subject !== null) this.#witness?.denied(made.input.subject, made.verdict)
    if (!isAllowed) return { ...fields, applied: applied === 'hold' ? 'hold' : 'deny' }
    const words = { decisionId, action, resource, subject: subject.id, correlationId, reach }
    // What acts outside of the store may have done so before its first change, and is not over with it.
    const alongside = ACTION_TRAITS[action].reach === 'changes' ? request.alongside : undefined
    return { ...fields, applied: 'allow', grant: mintGrant(words, { decision: unrecorded, alongside }) }
  }

  /** The same, once the guardian has heard of it; where it cannot, nothing is allowed. */
  #noted(request: GateRequest, made: Made): Made {
    const { subject, action, noBody } = request
    // A body that is not valid is a mistake, and none of those that make a subject suspect.
    if (subject === undefined || noBody) return made
    try {
      this.#guardian.note({ subject: subject.id, action, isAllowed: made.verdict.applied === 'allow' })
      return made
    } catch (error) {
      this.#trouble(NO_GUARDIAN, error)
      return this.preview({ ...request, broken: NO_GUARDIAN })
    }
  }

  standing<A extends Action>(request: GateRequest<A>): Grant<A> {
    const known = this.#standingOf(this.#standing, request)
    // The key has the action in it.
    if (known !== undefined) return known as Grant<A>
    const grant = this.retried({ ...request, reach: 'lines' })
    this.#stand(this.#standing, request, grant)
    return grant
  }

  retried<A extends Action>(request: GateRequest<A>): Grant<A> {
    const refusal = this.#standingOf(this.#refused, request)
    if (refusal !== undefined) throw refusal
    const decision = this.decide(request)
    try {
      return requireGrant(decision)
    } catch (error) {
      const isByRules = decision.verdict.reasons.every(({ code }) => !PASSES.has(code))
      if (isCascadeError(error) && isByRules) this.#stand(this.#refused, request, error)
      throw error
    }
  }

  #standingOf<T>(all: ReadonlyMap<string, Standing<T>>, request: GateRequest): T | undefined {
    const known = all.get(keyOf(request))
    const isStanding = known?.state === this.#state() && isWithin(this.#options.clock(), known.at, STANDING_MS)
    return isStanding ? known.value : undefined
  }

  #stand<T>(all: Map<string, Standing<T>>, request: GateRequest, value: T): void {
    const key = keyOf(request)
    all.delete(key)
    // The oldest goes: what stands for others is none of its business.
    const [oldest] = all.size >= STANDING_MAX ? all.keys() : []
    if (oldest !== undefined) all.delete(oldest)
    all.set(key, { value, state: this.#state(), at: this.#options.clock() })
  }

  /** Where this changes, what stands is decided anew. */
  #state(): string {
    const { mode, canaryPercent } = this.#options.settings?.() ?? GATE_DEFAULTS
    const { digest, decider } = this.#bundle
    const isDenied = decider === DENIER
    return `${digest} ${this.#isDoubted} ${isDenied} ${this.#isStopped()} ${mode} ${canaryPercent}`
  }

  evaluate(request: GateRequest): Decided {
    const made = this.preview(request)
    return { decisionId: this.#note(made, 'reads').decisionId, ...made }
  }

  #note(made: Omit<Decided, 'decisionId'>, how: Parameters<DecisionJournal['note']>[1]): Noted {
    const { newId, journal } = this.#options
    this.#shadow?.offer(made.input)
    return journal?.note(made, how) ?? { decisionId: newId(), unrecorded: undefined }
  }

  preview(request: GateRequest): Omit<Decided, 'decisionId'> {
    const startedAt = performance.now()
    const decidedAt = this.#options.clock()
    const bundle = this.#bundle
    const input = this.inputOf(request)
    const verdict = decideFrom(input, bundle)
    return { decidedAt, latencyMs: performance.now() - startedAt, correlationId: request.correlationId, input, verdict }
  }

  async settled(decision: Pick<Decision, 'decisionId'>): Promise<void> {
    await this.#options.journal?.settled(decision.decisionId)
  }

  async carryOut<T>(granted: Granted, work: (later: Later) => Promise<T> | T): Promise<T> {
    const outcomes = this.#options.journal?.outcomes
    if (outcomes === undefined || ACTION_TRAITS[granted.action].reach !== 'acts') return work(NO_LATER)
    const { decisionId, subject, action } = granted
    await this.settled(granted)
    outcomes.begin(decisionId)
    const end = (error?: unknown): Promise<void> => {
      const outcome = outcomeOf(error)
      if (outcomes.isOpen(decisionId)) this.#witness?.ended(subject, action, outcome)
      return outcomes.end(decisionId, outcome)
    }
    let goesOn = false
    const later: Later = () => {
      goesOn = true
      return (error) => void end(error)
    }
    try {
      const result = await work(later)
      if (!goesOn) await end()
      return result
    } catch (error) {
      await end(error ?? new CascadeError('INTERNAL', 'It failed with nothing.'))
      throw error
    }
  }

  release(decisionId: string): void {
    this.#options.journal?.release(decisionId)
  }

  /** Whether policies may refuse the subject capsules that it owns, that are shared with it, or that it looks after. */
  narrowsReading(subject: Subject): boolean {
    const { isForbidden, isAsBuiltIn, ofAll } = this.#bundle.reading
    if (isForbidden) return true
    if (isAsBuiltIn) return false
    const asked = { action: 'capsule.read', resource: 'capsule/any', subject, correlationId: '' } as const
    const { reasons } = this.preview({ ...asked, facts: ANY_CAPSULE }).verdict
    return !reasons.some(({ code, policyId }) => code === 'PERMITTED' && policyId !== null && ofAll.has(policyId))
  }

  /** Everything that the question is decided from. */
  inputOf(request: GateRequest): DecisionInput {
    const { action, resource, subject, scopes, facts, rateExceeded, approval, emergency } = request
    const { settings = () => GATE_DEFAULTS } = this.#options
    // The first that broke denies: those that stop whatever the mode are asked first.
    let { broken } = request
    const soundOr = <T>(otherwise: T, lacking: Broken, read: () => T): T => {
      try {
        return read()
      } catch (error) {
        this.#trouble(lacking, error)
        broken ??= lacking
        return otherwise
      }
    }
    const isStopped = soundOr(false, NO_SWITCH, () => emergency ?? this.#isStopped())
    const { mode, canaryPercent, riskHold, riskDeny } = soundOr(GATE_DEFAULTS, NO_SETTINGS, settings)
    const found = subject ? soundOr(NO_RISK, NO_GUARDIAN, () => this.#weigh(action, resource, subject)) : NO_RISK
    return {
      v: 1,
      ...{ action, resource, mode, canaryPercent, riskHold, riskDeny },
      facts: facts === undefined || facts === 'absent' ? null : facts,
      ...(request.after && { after: request.after }),
      absent: facts === 'absent',
      subject: subject === undefined ? null : inputSubject(subject),
      scopes: scopes ?? null,
      rateExceeded: rateExceeded === true,
      ...(broken && { broken }),
      emergency: isStopped,
      ...found,
      approval: approval ?? null,
      ...(request.noBody && { noBody: true }),
      ...(isOwnWork(request) && { ownWork: true }),
      bundle: this.#bundle.digest,
    }
  }

  #trouble({ part }: Broken, cause: unknown): void {
    this.#options.onTrouble?.(`${part} could not be asked, so the gate denied`, cause)
  }

  #weigh(action: Action, resource: string, { id, trust }: Subject): Weighed {
    const level = ACTION_TRAITS[action].risk
    const { risk, signals } = this.#guardian.weigh({ subject: id, action, resource, level, trust })
    const drift = signals.find(({ name }) => name === 'drift_score')?.value ?? undefined
    return {
      risk,
      signals: signals.filter(({ share }) => share > 0).map(({ name, share }) => ({ name, share })),
      ...(drift !== undefined && { drift }),
    }
  }
}

const NO_SWITCH: Broken = { step: 'emergency', part: 'the kill switch' }
const NO_SETTINGS: Broken = { step: 'emergency', part: 'the settings' }
const NO_GUARDIAN: Broken = { step: 'guardian', part: 'the guardian' }

/** A decision without its id. */
type Made = Omit<Decided, 'decisionId'>

const NO_LATER: Later = () => () => undefined

function outcomeOf(error: unknown): Outcome {
  if (error === undefined) return { word: 'done', code: null }
  if (!isCascadeError(error)) return { word: 'failed', code: 'INTERNAL' }
  return error.code === 'OUTCOME_UNKNOWN' ? { word: 'unknown', code: null } : { word: 'failed', code: error.code }
}

const inputSubject = ({ id, kind, roles, trust, owner, active }: Subject): InputSubject => ({
  ...{ id, kind, roles, trust, owner, active },
})

/** One that is nobody's and of which nothing is known. */
const ANY_CAPSULE: CapsuleFacts = {
  owner: { id: '', kind: 'person', trust: 0, owner: null },
  ...{ trust: 0, status: 'ACTIVE', licence: 'private', type: 'knowledge', tags: [], shared: [] },
  ...{ identity: null, lane: null, fold: null },
}

type Weighed = Pick<DecisionInput, 'risk' | 'signals' | 'drift'>

const NO_RISK: Weighed = { risk: 0, signals: [] }

/**
 * The grant of a decision.
 *
 * @throws CascadeError FORBIDDEN with the reasons when it was refused; APPROVAL_REQUIRED when it waits for somebody.
 */
export function requireGrant<A extends Action>(decision: Decision<A>): Grant<A> {
  if (decision.applied === 'allow') return decision.grant
  throw refusalOf(decision)
}

/**
 * Nothing where a question was answered with yes.
 *
 * @throws CascadeError as {@link requireGrant}.
 */
export function requireAllowed(decided: Decided): void {
  if (decided.verdict.applied !== 'allow') throw refusalOf(decided)
}

function refusalOf({ decisionId, input: { action, resource }, verdict }: Decided): CascadeError {
  const told = verdict.reasons.filter(({ code }) => code !== 'PERMITTED')
  const extensions = { decision_id: decisionId, reasons: told.map(({ code }) => code) }
  const what = resource === '*' ? action : `${action} on ${resource}`
  const why = [...told.map(({ message }) => message), ...fixesOf(told)].join(' ')
  if (verdict.applied === 'hold') {
    return new CascadeError('APPROVAL_REQUIRED', `${what} needs an approval. ${why}`, { extensions })
  }
  const code = told.some(({ code }) => code === 'EMERGENCY') ? 'EMERGENCY_ACTIVE' : 'FORBIDDEN'
  return new CascadeError(code, `${what} was refused. ${why}`, { extensions })
}

/** What can be done about the reason that came last. */
function fixesOf(reasons: readonly DecisionReason[]): readonly string[] {
  const last = reasons.at(-1)
  if (last === undefined) return []
  const { fix }: { readonly meaning: string; readonly fix?: string } = REASONS[last.code]
  return fix === undefined ? [] : [fix]
}
