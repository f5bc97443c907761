import { CascadeError } from '#base'
import type { Subject } from '#identity'
import type { LedgerStore } from '#ledger'
import type { PolicyFile } from '#policy'
import type { ArmedBundle } from '../armed-bundle.ts'
import type { DecisionBook } from '../decision-book.ts'
import type { GovernanceGate } from '../governance-gate.ts'
import { findLockOut, keptOf, keptOfVotes } from '../lock-out.ts'
import type { PolicyDesk } from '../policy-desk.ts'
import type { ProposalRow } from '../proposals/proposal-row.ts'
import { selfRaise } from '../proposals/proposal-rules.ts'
import { type Analysis, analyseChange } from './analyse-change.ts'
import type { AnalysedChange, GateShift, TrustShift } from './analysed-change.ts'
import type { Breach } from './constitution-check.ts'
import { type NewestQuestion, newestDecisions } from './newest-decisions.ts'

export interface ProposalAnalystOptions {
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly book: Pick<DecisionBook, 'find'>
  readonly policies: Pick<
    PolicyDesk,
    'arm' | 'bundle' | 'clauseTouched' | 'clauseWeakened' | 'find' | 'read' | 'readAmended' | 'readBuiltIn'
  >
  readonly gate: Pick<GovernanceGate, 'inputOf'>
  /** The administrator of the instance, as whom votes are carried out. */
  readonly instance: Subject
  readonly findSubject: (id: string) => Promise<Subject | undefined>
  /** Agents of a person, with their own trust. */
  readonly listAgents: (owner: string) => Promise<readonly Subject[]>
  /** Weight of the guardian's signal `actor_trust` now. */
  readonly trustWeight: () => number
}

/** An analysis with what it was made of. */
export interface AnalysedProposal {
  readonly analysis: Analysis
  readonly change: AnalysedChange
  readonly verdict: 'kept' | 'broken' | 'not_executable'
  readonly obstacle: string | null
  /** The newest entry of the log that was looked at. */
  readonly until: number | null
}

interface Asked {
  readonly change: AnalysedChange
  readonly breaches: readonly Breach[]
  readonly obstacle: string | null
  /** Ids of clauses that are changed by the vote itself, which breaks none of them. */
  readonly amended?: ReadonlySet<string>
}

type ActionOf<Type extends ProposalRow['action']['type']> = Extract<ProposalRow['action'], { readonly type: Type }>

/** The greatest trust there is. */
const MOST = 100

/** Says what proposals would do; of those that were carried out, what they did. One analysis at a time. */
export class ProposalAnalyst {
  readonly #options: ProposalAnalystOptions
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: ProposalAnalystOptions) {
    this.#options = options
  }

  /** @throws CascadeError UNPROCESSABLE for policies that cannot be read any more; the reason of `signal`. */
  analyse(row: ProposalRow, question: NewestQuestion): Promise<AnalysedProposal> {
    const work = () => this.#analyse(row, question)
    // Whoever comes next does not care how this one ends.
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  async #analyse(row: ProposalRow, question: NewestQuestion): Promise<AnalysedProposal> {
    const { signal } = question
    signal.throwIfAborted()
    const { change, breaches, obstacle, amended } = await this.#changeOf(row)
    const { recorded, until } = await newestDecisions(this.#options, question)
    const analysis = await analyseChange(change, recorded, { signal, breaches, ...(amended && { amended }) })
    const verdict = !analysis.isKept ? 'broken' : obstacle === null ? 'kept' : 'not_executable'
    return { analysis, change, verdict, obstacle, until }
  }

  async #changeOf(row: ProposalRow): Promise<Asked> {
    const { action } = row
    switch (action.type) {
      case 'trust_change':
        return this.#trustChange(row, action)
      case 'policy_change':
        return this.#policyChange(row, action)
      case 'configuration_change':
        return this.#settingsChange(action)
      case 'constitution_amendment':
        return this.#amendment(row, action)
    }
  }

  async #policyChange(row: ProposalRow, { files }: ActionOf<'policy_change'>): Promise<Asked> {
    const { gate, instance, policies } = this.#options
    const before = await this.#policiesBefore(row)
    const rest = { trust: null, settings: null }
    const touched = files === null ? undefined : policies.clauseTouched(files)
    if (touched) return { change: { before, after: before, ...rest }, breaches: [touched], obstacle: null }
    const after = await this.#armOthers(files)
    const lockOut = files === null ? undefined : await findLockOut(gate, after, keptOf(instance, instance))
    return { change: { before, after, ...rest }, breaches: [], obstacle: lockOut ?? null }
  }

  /** Those in force; of what was carried out those that were. */
  async #policiesBefore({ execution }: ProposalRow): Promise<ArmedBundle> {
    const { policies } = this.#options
    const before = execution?.before
    if (before?.type !== 'policies') return policies.bundle
    const found = before.digest === null ? await this.#armOthers(null) : await policies.find(before.digest)
    if (found) return found
    throw new CascadeError('UNPROCESSABLE', `The policies ${before.digest} that were in force before are not kept.`)
  }

  /** @throws CascadeError UNPROCESSABLE for what is not sound. */
  async #armOthers(given: readonly PolicyFile[] | null): Promise<ArmedBundle> {
    const { policies } = this.#options
    if (given === null) return policies.arm(await policies.readBuiltIn())
    const { bundle, files, findings } = await policies.read(given)
    if (bundle !== undefined) return policies.arm({ files, bundle })
    const [first] = findings
    const why = first === undefined ? '' : ` ${first.file}:${first.line}: ${first.message}.`
    throw new CascadeError('UNPROCESSABLE', `These policies are not sound.${why}`)
  }

  /** @throws CascadeError UNPROCESSABLE for what is no clause, or not sound. */
  async #armAmended(asked: Parameters<PolicyDesk['readAmended']>[0]): Promise<ArmedBundle> {
    const { policies } = this.#options
    return policies.arm(await policies.readAmended(asked))
  }

  /** Of the settings those by which the gate decides; others decide nothing. */
  #settingsChange({ changes }: ActionOf<'configuration_change'>): Asked {
    const { bundle } = this.#options.policies
    const settings = {
      before: shiftOf(changes.map(({ key, from }) => [key, from])),
      after: shiftOf(changes.map(({ key, value }) => [key, value])),
    }
    return { change: { before: bundle, after: bundle, trust: null, settings }, breaches: [], obstacle: null }
  }

  async #amendment({ execution }: ProposalRow, { clauses }: ActionOf<'constitution_amendment'>): Promise<Asked> {
    const { gate, instance, policies } = this.#options
    const past = execution?.before
    const before = past?.type === 'clauses' ? await this.#armAmended(past.clauses) : policies.bundle
    const rest = { trust: null, settings: null }
    const weakened = policies.clauseWeakened(clauses)
    if (weakened) return { change: { before, after: before, ...rest }, breaches: [weakened], obstacle: null }
    const after = await this.#armAmended(clauses)
    const obstacle = (await findLockOut(gate, after, keptOfVotes(instance))) ?? null
    const amended = new Set(clauses.map(({ id }) => id))
    return { change: { before, after, ...rest }, breaches: [], obstacle, amended }
  }

  async #trustChange({ proposer, execution }: ProposalRow, action: ActionOf<'trust_change'>): Promise<Asked> {
    const { policies, findSubject, listAgents, trustWeight } = this.#options
    const target = await findSubject(action.subject)
    if (target === undefined)
      throw new CascadeError('UNPROCESSABLE', `No subject has the id ${action.subject} any more.`)
    const { id, kind, roles, owner } = target
    const past = execution?.before
    const [agents, behind] = await Promise.all([listAgents(id), owner === null ? undefined : findSubject(owner)])
    const trust: TrustShift = {
      subject: { id, kind, roles, owner },
      before: past?.type === 'trust' ? past.trust : target.trust,
      after: action.trust,
      most: behind?.trust ?? MOST,
      agents: new Map(agents.map((agent) => [agent.id, agent.trust])),
      weight: trustWeight(),
    }
    const raised = selfRaise(action, proposer, target)
    const change = { before: policies.bundle, after: policies.bundle, trust, settings: null }
    return { change, breaches: raised ? [raised] : [], obstacle: null }
  }
}

const GATE_KEYS: Readonly<Record<string, keyof GateShift>> = {
  'gate.mode': 'mode',
  'gate.canary_percent': 'canaryPercent',
  'gate.risk_hold': 'riskHold',
  'gate.risk_deny': 'riskDeny',
}

/** Settings of a change by which the gate does not decide, so that no analysis tells what they would do. */
export const notAnalysed = (action: ProposalRow['action']): readonly string[] =>
  action.type === 'configuration_change'
    ? action.changes.map(({ key }) => key).filter((key) => !Object.hasOwn(GATE_KEYS, key))
    : []

/** What is null is as it was when each decision was made. */
const shiftOf = (values: readonly (readonly [key: string, value: unknown])[]): GateShift =>
  // The configuration has checked each value by the type of its key.
  Object.fromEntries(
    values.flatMap(([key, value]) => {
      const name = GATE_KEYS[key]
      return name === undefined || value === null ? [] : [[name, value]]
    }),
  ) as GateShift
