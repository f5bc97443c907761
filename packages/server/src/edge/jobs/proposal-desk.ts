import type {
  DelegationAnswer,
  DelegationTopic,
  ElectionExport,
  Proposal,
  ProposalPage,
  ProposalStatus,
  VoteAnswer,
} from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type {
  AdviceRow,
  DelegationCall,
  DelegationRow,
  Delegations,
  Draft,
  PolicyDifferences,
  ProposalAction,
  ProposalCall,
  ProposalExecution,
  ProposalRow,
  Proposals,
} from '#governance'
import type { Subject } from '#identity'
import type { LedgerStore } from '#ledger'
import type { Grant } from '#store'
import { presentElection } from './present-election.ts'

export interface ProposalDeskOptions {
  readonly proposals: Proposals
  readonly execution: Pick<ProposalExecution, 'retry'>
  readonly delegations: Delegations
  readonly differences: Pick<PolicyDifferences, 'of'>
  readonly ledger: Pick<LedgerStore, 'list'>
  /** What the council said of a proposal, the newest first. */
  readonly advice: (id: string) => Promise<readonly AdviceRow[]>
  readonly findSubject: (id: string) => Promise<Subject | undefined>
}

interface ListRequest {
  readonly status?: ProposalStatus | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

const LEAVES_PER_PAGE = 1000

/** What people change by vote, as the API shows it. */
export class ProposalDesk {
  readonly #options: ProposalDeskOptions

  constructor(options: ProposalDeskOptions) {
    this.#options = options
  }

  /** @throws CascadeError CURSOR_INVALID. */
  async list(viewer: Subject, { status, limit, cursor }: ListRequest): Promise<ProposalPage> {
    const { items, next } = await this.#options.proposals.list(status, { limit, cursor }, viewer)
    return { items: await Promise.all(items.map((row) => this.#listed(row))), next_cursor: next ?? null }
  }

  /** @see Proposals.create */
  async create(call: ProposalCall<Grant<'proposal.create'>>, draft: Draft): Promise<Proposal> {
    return this.#present(await this.#options.proposals.create(call, draft), call.subject)
  }

  /** @throws CascadeError NOT_FOUND. */
  async get(viewer: Subject, id: string): Promise<Proposal> {
    return this.#present(await this.#options.proposals.get(id, viewer), viewer)
  }

  /** @see Proposals.activate */
  async activate(call: ProposalCall<Grant<'proposal.create'>>, id: string): Promise<Proposal> {
    return this.#present(await this.#options.proposals.activate(call, id), call.subject)
  }

  /** @see Proposals.withdraw */
  async withdraw(call: ProposalCall<Grant<'proposal.create'>>, id: string): Promise<Proposal> {
    return this.#present(await this.#options.proposals.withdraw(call, id), call.subject)
  }

  /** @see Proposals.vote */
  async vote(call: ProposalCall<Grant<'proposal.vote'>>, id: string, said: VoteAnswer['vote']): Promise<VoteAnswer> {
    const { ballot, weight } = await this.#options.proposals.vote(call, id, said)
    return { voter: ballot.voter, vote: ballot.vote, weight, timestamp: toRfc3339(ballot.at) }
  }

  /** @throws CascadeError NOT_FOUND; CONFLICT where nothing failed. */
  async retry(viewer: Subject, id: string): Promise<Proposal> {
    const { execution, proposals } = this.#options
    await proposals.get(id, viewer)
    return this.#present(await execution.retry(id), viewer)
  }

  /** @throws CascadeError NOT_FOUND; CONFLICT before voting opened. */
  async export(viewer: Subject, id: string): Promise<ElectionExport> {
    const counted = await this.#options.proposals.election(id, viewer)
    return presentElection(counted, await this.#leavesOf(id))
  }

  async delegations(subject: Subject): Promise<readonly DelegationAnswer[]> {
    const rows = await this.#options.delegations.of(subject.id)
    return Promise.all(rows.map((row) => this.#delegation(row)))
  }

  /** @see Delegations.give */
  async delegate(
    call: DelegationCall,
    given: { readonly to: string; readonly topic: DelegationTopic },
  ): Promise<DelegationAnswer> {
    return this.#delegation(await this.#options.delegations.give(call, given))
  }

  /** @throws CascadeError NOT_FOUND. */
  async revoke(call: DelegationCall, topic: DelegationTopic): Promise<void> {
    await this.#options.delegations.revoke(call, topic)
  }

  /** Sequence of a ballot → its entry in the log. */
  async #leavesOf(id: string): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>()
    const filter = { type: 'proposal.voted', subject: `proposal/${id}` }
    for (let before: number | undefined, isMore = true; isMore; ) {
      const page = { limit: LEAVES_PER_PAGE, ...(before !== undefined && { before }) }
      const leaves = await this.#options.ledger.list(filter, page)
      for (const { leaf } of leaves) found.set(Number(leaf.payload.sequence), leaf.index)
      before = leaves.at(-1)?.leaf.index
      isMore = leaves.length === LEAVES_PER_PAGE
    }
    return found
  }

  async #nameOf(id: string): Promise<string | null> {
    return (await this.#options.findSubject(id))?.name ?? null
  }

  async #delegation({ from, to, topic, at }: DelegationRow): Promise<DelegationAnswer> {
    const [from_name, to_name] = await Promise.all([this.#nameOf(from), this.#nameOf(to)])
    return { from, from_name, to, to_name, topic, created_at: toRfc3339(at) }
  }

  async #listed(row: ProposalRow): Promise<ProposalPage['items'][number]> {
    const { id, title, kind, status, outcome, digest, proposer, rules, execution } = row
    const { votes, weight, cast, total } = row.standing
    const decided = weight.for + weight.against
    return {
      ...{ id, title, kind, status, outcome, digest, proposer_id: proposer },
      proposer_name: await this.#nameOf(proposer),
      ...{ votes_for: votes.for, votes_against: votes.against, votes_abstain: votes.abstain },
      ...{ weight_for: weight.for, weight_against: weight.against },
      approval_ratio: decided === 0 ? 0 : weight.for / decided,
      quorum: (rules?.quorumPercent ?? 0) / 100,
      participation: total === 0 ? 0 : cast / total,
      created_at: toRfc3339(row.createdAt),
      closes_at: momentOf(row.closesAt),
      timelock_until: momentOf(row.timelockUntil),
      execution: execution && {
        ...{ state: execution.state, at: toRfc3339(execution.at), code: execution.code, detail: execution.detail },
      },
    }
  }

  async #present(row: ProposalRow, viewer: Subject): Promise<Proposal> {
    const { advice: adviceOf, differences, proposals } = this.#options
    const { description, action, opensAt, voters, election, veto } = row
    const [[newest], rules, own_vote] = await Promise.all([
      adviceOf(row.id),
      differences.of(row),
      row.ballots === 0 ? null : proposals.lastVote(row.id, viewer),
    ])
    const advice = newest?.comments.map((comment) => ({ ...comment, reasons: [...comment.reasons] })) ?? []
    return {
      ...(await this.#listed(row)),
      advice,
      description,
      action: shownAction(action),
      rules: rules && { added: [...rules.added], removed: [...rules.removed], changed: [...rules.changed] },
      own_vote,
      ...{ opens_at: momentOf(opensAt), voters, election, veto },
    }
  }
}

function shownAction(action: ProposalAction): Proposal['action'] {
  if (action.type === 'policy_change') return { ...action, files: action.files && [...action.files] }
  if (action.type === 'configuration_change') return { ...action, changes: [...action.changes] }
  return action.type === 'constitution_amendment' ? { ...action, clauses: [...action.clauses] } : action
}

const momentOf = (at: number | null): string | null => (at === null ? null : toRfc3339(at))
