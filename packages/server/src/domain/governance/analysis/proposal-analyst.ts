import { CascadeError } from '#base'
import type { Subject } from '#identity'
import type { LedgerStore } from '#ledger'
import type { ArmedBundle } from '../armed-bundle.ts'
import type { DecisionBook } from '../decision-book.ts'
import type { PolicyDesk } from '../policy-desk.ts'
import type { ProposalRow } from '../proposals/proposal-row.ts'
import { selfRaise } from '../proposals/proposal-rules.ts'
import { type Analysis, analyseChange } from './analyse-change.ts'
import type { AnalysedChange, TrustShift } from './analysed-change.ts'
import type { Breach } from './constitution-check.ts'
import { type NewestQuestion, newestDecisions } from './newest-decisions.ts'

export interface ProposalAnalystOptions {
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly book: Pick<DecisionBook, 'find'>
  readonly policies: Pick<PolicyDesk, 'armOthers' | 'bundle' | 'clauseTouched' | 'find' | 'findLockOut'>
  readonly findSubject: (id: string) => Promise<Subject | undefined>
  /** Agents of a person, with their own trust. */
  readonly listAgents: (owner: string) => Promise<readonly Subject[]>
  /** Who carries out what was passed. */
  readonly instance: Subject
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
}

/** The trust beyond which nobody has any. */
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
    const { change, breaches, obstacle } = await this.#changeOf(row)
    const { recorded, until } = await newestDecisions(this.#options, question)
    const analysis = await analyseChange(change, recorded, { signal, breaches })
    const verdict = !analysis.isKept ? 'broken' : obstacle === null ? 'kept' : 'not_executable'
    return { analysis, change, verdict, obstacle, until }
  }

  async #changeOf(row: ProposalRow): Promise<Asked> {
    return row.action.type === 'trust_change' ? this.#trustChange(row, row.action) : this.#policyChange(row, row.action)
  }

  async #policyChange(
    row: ProposalRow,
    { files }: Extract<ProposalRow['action'], { readonly type: 'policy_change' }>,
  ): Promise<Asked> {
    const { policies, instance } = this.#options
    const before = await this.#policiesBefore(row)
    const rest = { trust: null, settings: null }
    const touched = files === null ? undefined : policies.clauseTouched(files)
    if (touched) return { change: { before, after: before, ...rest }, breaches: [touched], obstacle: null }
    const after = await policies.armOthers(files)
    const lockOut = files === null ? undefined : await policies.findLockOut(instance, after)
    return { change: { before, after, ...rest }, breaches: [], obstacle: lockOut ?? null }
  }

  /** Those in force; of what was carried out those that were. */
  async #policiesBefore({ execution }: ProposalRow): Promise<ArmedBundle> {
    const { policies } = this.#options
    const before = execution?.before
    if (before?.type !== 'policies') return policies.bundle
    const found = before.digest === null ? await policies.armOthers(null) : await policies.find(before.digest)
    if (found) return found
    throw new CascadeError('UNPROCESSABLE', `The policies ${before.digest} that were in force before are not kept.`)
  }

  async #trustChange(
    { proposer, execution }: ProposalRow,
    action: Extract<ProposalRow['action'], { readonly type: 'trust_change' }>,
  ): Promise<Asked> {
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
