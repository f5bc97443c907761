import type { ProposalAnalysis } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import {
  ANALYSIS_FORMAT,
  type AnalysedProposal,
  type Analysis,
  DRIFT_PARTS,
  type Flip,
  notAnalysed,
  type ProposalAnalyst,
  type ProposalRow,
  type Proposals,
} from '#governance'
import type { Subject } from '#identity'

export interface AnalysisDeskOptions {
  readonly analyst: ProposalAnalyst
  readonly proposals: Pick<Proposals, 'get'>
  readonly findSubject: (id: string) => Promise<Subject | undefined>
}

export interface AnalysisRequest {
  /** Rows of decisions that are decided again. */
  readonly decisions: number
  readonly until?: number | undefined
  readonly signal: AbortSignal
  /** Whether whoever asks may read a decision. */
  readonly mayRead: (decisionId: string) => Promise<boolean>
}

/** What proposals would do, as the API shows it: recorded decisions only to those who may read them. */
export class AnalysisDesk {
  readonly #options: AnalysisDeskOptions

  constructor(options: AnalysisDeskOptions) {
    this.#options = options
  }

  /** @throws CascadeError NOT_FOUND; UNPROCESSABLE for policies that cannot be read any more; the reason of the signal. */
  async analyse(
    viewer: Pick<Subject, 'id'>,
    id: string,
    { decisions, until, signal, mayRead }: AnalysisRequest,
  ): Promise<ProposalAnalysis> {
    const { analyst, proposals } = this.#options
    const row = await proposals.get(id, viewer)
    const analysed = await analyst.analyse(row, { limit: decisions, until, signal })
    const readable: Flip[] = []
    for (const flip of analysed.analysis.recorded.flips) {
      signal.throwIfAborted()
      if (await mayRead(flip.row.first)) readable.push(flip)
    }
    return this.#present(row, analysed, readable)
  }

  async #present(
    { id, action }: ProposalRow,
    analysed: AnalysedProposal,
    readable: readonly Flip[],
  ): Promise<ProposalAnalysis> {
    const { analysis, change, verdict, obstacle, until } = analysed
    const { digest, constitution, conflicts, effects, recorded, sample, drift, policies } = analysis
    const shown = readable.reduce((sum, { row }) => sum + row.count, 0)
    const { added, removed, changed } = policies
    return {
      ...{ format: ANALYSIS_FORMAT, proposal: id, digest, verdict, obstacle },
      not_analysed: [...notAnalysed(action)],
      policies: { before: change.before.digest, after: change.after.digest, added, removed, changed },
      trust: change.trust && {
        ...{ subject: change.trust.subject.id, name: await this.#nameOf(change.trust.subject.id) },
        ...{ before: change.trust.before, after: change.trust.after },
      },
      constitution: constitution.map(({ isKept: kept, leanedOn: leaned_on, ...clause }) => ({
        ...clause,
        kept,
        leaned_on,
      })),
      conflicts: { items: conflicts.fresh.map((conflict) => ({ ...conflict })), standing: conflicts.standing },
      effects: effects.map(({ approvalsLost: approvals_lost, approvalsAdded: approvals_added, ...effect }) => ({
        ...effect,
        ...{ approvals_lost, approvals_added },
      })),
      subjects: await this.#subjectsOf(readable),
      recorded: {
        ...{ until, decisions: recorded.decisions, flipped: recorded.flipped, hidden: recorded.flipped - shown },
        flips: await Promise.all(readable.map((flip) => this.#flip(flip))),
        undecided: { input_gone: recorded.undecided.inputGone, risk_near: recorded.undecided.riskNear },
      },
      sample: { requests: sample.requests, of: sample.of, digest: sample.digest },
      drift: {
        score: drift.score,
        parts: drift.parts.map((part) => ({ ...part, ...DRIFT_PARTS[part.name] })),
      },
    }
  }

  async #flip({
    row,
    from,
    to,
    code,
    policyId: policy_id,
  }: Flip): Promise<ProposalAnalysis['recorded']['flips'][number]> {
    const { first: id, count, at, subject, resource, input } = row
    const subject_name = subject === null ? null : await this.#nameOf(subject)
    return {
      ...{ id, count, timestamp: toRfc3339(at), subject, subject_name, action: input.action, resource },
      ...{ from, to, code, policy_id },
    }
  }

  /** Whose decisions flip, those with the most of them first. */
  async #subjectsOf(flips: readonly Flip[]): Promise<ProposalAnalysis['subjects']> {
    const found = new Map<string | null, { gained: number; lost: number; other: number }>()
    for (const { row, from, to } of flips) {
      const counts = found.get(row.subject) ?? { gained: 0, lost: 0, other: 0 }
      counts[wayOf(from, to)] += row.count
      found.set(row.subject, counts)
    }
    const all = await Promise.all(
      [...found].map(async ([id, counts]) => ({ id, name: id === null ? null : await this.#nameOf(id), ...counts })),
    )
    const size = ({ gained, lost, other }: (typeof all)[number]): number => gained + lost + other
    return all.toSorted((a, b) => size(b) - size(a) || ((a.id ?? '') < (b.id ?? '') ? -1 : 1))
  }

  async #nameOf(id: string): Promise<string | null> {
    return (await this.#options.findSubject(id))?.name ?? null
  }
}

/** What is allowed goes through, if only as what is noted. */
const isOpen = (word: Flip['from']): boolean => word === 'allow' || word === 'would_deny'

function wayOf(from: Analysis['recorded']['flips'][number]['from'], to: Flip['to']): 'gained' | 'lost' | 'other' {
  if (isOpen(from) === isOpen(to)) return 'other'
  return isOpen(to) ? 'gained' : 'lost'
}
