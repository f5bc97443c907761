import type { ProposalAdvice } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { AdviceCall, AdviceRow, CouncilSessions, Proposals } from '#governance'
import type { Subject } from '#identity'

/** What the council says of proposals, as the API shows it. */
export class CouncilDesk {
  readonly #sessions: Pick<CouncilSessions, 'advise' | 'list'>
  readonly #proposals: Pick<Proposals, 'get'>

  /** @param proposals says which of them are there for whom: drafts are their proposer's alone. */
  constructor(sessions: Pick<CouncilSessions, 'advise' | 'list'>, proposals: Pick<Proposals, 'get'>) {
    this.#sessions = sessions
    this.#proposals = proposals
  }

  /** @throws CascadeError NOT_FOUND. */
  async advice(viewer: Pick<Subject, 'id'>, id: string): Promise<ProposalAdvice> {
    await this.#proposals.get(id, viewer)
    return present(id, await this.#sessions.list(id))
  }

  /** @see CouncilSessions.advise */
  async advise(
    call: AdviceCall & { readonly subject: Pick<Subject, 'id'> },
    id: string,
    signal: AbortSignal,
  ): Promise<ProposalAdvice> {
    await this.#proposals.get(id, call.subject)
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
