import type { Opinion } from '@forge-cascade/contract'
import type { AnalysedProposal } from '../analysis/index.ts'
import type { ProposalRow } from '../proposals/proposal-row.ts'

/** What an adviser is asked: a proposal and what it would do. Nothing of recorded decisions but numbers is in what it may pass on. */
export interface AdviceQuestion {
  readonly proposal: Pick<ProposalRow, 'id' | 'title' | 'description' | 'kind'>
  readonly analysed: AnalysedProposal
}

/** What an adviser says. It has no vote. */
export interface Advice {
  readonly opinion: Opinion
  readonly text: string
  readonly reasons: readonly string[]
}

/** Somebody on the council: rules, or a model. */
export interface Adviser {
  readonly name: string
  /** @throws anything: it is shown as failed. */
  advise(question: AdviceQuestion, signal: AbortSignal): Promise<Advice>
}

/** What came of asking one adviser. */
export interface Comment {
  readonly adviser: string
  readonly state: 'given' | 'failed'
  /** Null for one that failed. */
  readonly opinion: Opinion | null
  readonly text: string
  readonly reasons: readonly string[]
  /** Why it failed. */
  readonly code: string | null
}
