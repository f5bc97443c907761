import type { ProposalAdvice } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { AdviceCall, AdviceRow, CouncilSessions } from '#governance'

/** What the council says of proposals, as the API shows it. */
export class CouncilDesk {
  readonly #sessions: Pick<CouncilSessions, 'advise' | 'list'>

  constructor(sessions: Pick<CouncilSessions, 'advise' | 'list'>) {
    this.#sessions = sessions
  }

  /** @throws CascadeError NOT_FOUND. */
  async advice(id: string): Promise<ProposalAdvice> {
    return present(id, await this.#sessions.list(id))
  }

  /** @see CouncilSessions.advise */
  async advise(call: AdviceCall, id: string, signal: AbortSignal): Promise<ProposalAdvice> {
    return present(id, await this.#sessions.advise(call, id, signal))
  }
}

const present = (proposal: string, rows: readonly AdviceRow[]): ProposalAdvice => ({
  proposal,
  items: rows.map(({ at, analysis, digest, comments }) => ({
    ...{ at: toRfc3339(at), analysis, digest },
    comments: comments.map((comment) => ({ ...comment, reasons: [...comment.reasons] })),
  })),
})
