import { PROPOSAL_LIMITS, type ProposalKind, type ProposalStatus } from '@forge-cascade/contract'
import { CascadeError, type Clock, canonicalJson, toRfc3339 } from '#base'
import type { AskedValue } from '#config'
import type { Subject } from '#identity'
import type { PolicyFile } from '#policy'
import type { Command, Grant } from '#store'
import type { AskedClause } from '../amendments.ts'
import type { PolicyDesk } from '../policy-desk.ts'
import type { Ballot, Vote, Voter } from '../voting/election.ts'
import { type Tally, tally } from '../voting/tally.ts'
import type { Electorate } from './electorate.ts'
import type { FoundProposal, ProposalBook } from './proposal-book.ts'
import type { ProposalCourse } from './proposal-course.ts'
import {
  actionDigest,
  type Before,
  type ElectionRow,
  NOBODY_VOTED,
  type ProposalAction,
  type ProposalRow,
  putBallot,
} from './proposal-row.ts'
import type { VotedSettings } from './voted-settings.ts'

export interface ProposalsOptions {
  readonly book: ProposalBook
  readonly course: Pick<ProposalCourse, 'open'>
  readonly electorate: Pick<Electorate, 'canStillVote' | 'checkSettings' | 'kindOf' | 'voters'>
  readonly policies: Pick<
    PolicyDesk,
    | 'checkAmendable'
    | 'checkAppliable'
    | 'clausesOf'
    | 'clauseTouched'
    | 'clauseWeakened'
    | 'ownFilesOf'
    | 'read'
    | 'readAmended'
    | 'withoutFixed'
  >
  readonly settings: Pick<VotedSettings, 'resolve'>
  readonly clock: Clock
  readonly newId: () => string
  /** By id or name. */
  readonly resolve: (idOrName: string) => Promise<Subject | undefined>
  /** Subject id of the instance itself, whose trust stays. */
  readonly instance: string
  /** Hours between activation and the opening of the vote, in milliseconds. */
  readonly discussionMs: () => number
}

/** Who asks, with which grant, as which command. */
export interface ProposalCall<G extends Grant> {
  readonly grant: G
  readonly subject: Subject
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

/** An action as somebody asks for it: a subject by id or name, and what brings back what another proposal changed. */
export type AskedAction =
  | { readonly type: 'policy_change'; readonly files: readonly PolicyFile[] | null }
  | { readonly type: 'trust_change'; readonly subject: string; readonly trust: number }
  | { readonly type: 'configuration_change'; readonly changes: readonly AskedValue[] }
  | { readonly type: 'constitution_amendment'; readonly clauses: readonly AskedClause[] }
  | { readonly type: 'revert'; readonly proposal: string }

export interface Draft {
  readonly title: string
  readonly description: string
  readonly action: AskedAction
}

/** An election with what it comes to so far. */
export interface CountedElection {
  readonly election: ElectionRow
  readonly kind: ProposalKind
  readonly ballots: readonly Ballot[]
  readonly result: Tally
}

/** What people propose and vote on. What is proposed is not changed afterwards: its digest is what is voted on and carried out. */
export class Proposals {
  readonly #options: ProposalsOptions

  constructor(options: ProposalsOptions) {
    this.#options = options
  }

  /**
   * A draft.
   *
   * @throws CascadeError PAYLOAD_TOO_LARGE; RATE_LIMITED where too many of the proposer are not closed; UNPROCESSABLE for what
   *   could not be carried out; NOT_FOUND and CONFLICT for a revert of what there is not, or was not carried out.
   */
  create({ grant, subject, command }: ProposalCall<Grant<'proposal.create'>>, draft: Draft): Promise<ProposalRow> {
    const { book, clock, electorate, newId } = this.#options
    return book.inTurn(async () => {
      const action = await this.#resolve(draft.action, subject)
      checkSize(action)
      await this.#check(action)
      const { openMax } = PROPOSAL_LIMITS
      if ((await book.countOpenOf(subject.id)) >= openMax)
        throw new CascadeError(
          'RATE_LIMITED',
          `${openMax} of your proposals are not closed; have them voted on first.`,
          { retryAfterS: RETRY_S },
        )
      const row: ProposalRow = {
        ...{ v: 1, id: newId(), title: draft.title, description: draft.description, action },
        kind: await electorate.kindOf(action),
        ...{ digest: actionDigest(action), proposer: subject.id, status: 'DRAFT', outcome: null, next: 'nothing' },
        ...{ createdAt: clock(), opensAt: null, closesAt: null, timelockUntil: null, rules: null, election: null },
        ...{ voters: null, ballots: 0, lastAt: 0, standing: NOBODY_VOTED, veto: null, execution: null },
        openOf: subject.id,
      }
      await book.write({ row, revision: 0, word: 'proposal.created', grant, command })
      return row
    })
  }

  /**
   * Has a draft voted on: at once, or after the time for discussion. What the constitution forbids is closed as vetoed.
   *
   * @throws CascadeError NOT_FOUND; FORBIDDEN for anybody but the proposer; CONFLICT for what is no draft, policies
   *   that would lock out who governs, and where nobody could vote; UNPROCESSABLE for what could not be carried out any more.
   */
  async activate(
    { grant, subject, command }: ProposalCall<Grant<'proposal.create'>>,
    id: string,
  ): Promise<ProposalRow> {
    const { book, clock, course, discussionMs, electorate } = this.#options
    await book.inTurn(async () => {
      const { value: row, revision } = await this.#find(id, subject)
      if (row.proposer !== subject.id)
        throw new CascadeError(
          'FORBIDDEN',
          'A draft is put to the vote by whoever proposed it; propose the same yourself.',
        )
      if (row.status !== 'DRAFT') throw new CascadeError('CONFLICT', `It is no draft: it is ${row.status}.`)
      await this.#check(row.action, true)
      await electorate.voters(row.action)
      const kind = await electorate.kindOf(row.action)
      const active: ProposalRow = { ...row, kind, status: 'ACTIVE', next: 'open', opensAt: clock() + discussionMs() }
      await book.write({ row: active, revision, word: 'proposal.activated', grant, command })
    })
    return course.open(id)
  }

  /**
   * Takes a ballot; the last one of a voter counts.
   *
   * @throws CascadeError NOT_FOUND; CONFLICT where no vote is open; FORBIDDEN for who was no voter when it opened; RATE_LIMITED for
   *   who changed its mind too often.
   */
  vote(
    { grant, subject, command }: ProposalCall<Grant<'proposal.vote'>>,
    id: string,
    vote: Vote,
  ): Promise<{ readonly ballot: Ballot; readonly weight: number }> {
    const { book, clock } = this.#options
    return book.inTurn(async () => {
      const { value: row, revision } = await this.#find(id, subject)
      // A clock that went back puts no ballot before another, nor after the close.
      const at = Math.max(clock(), row.lastAt)
      if (row.status !== 'VOTING' || row.closesAt === null) throw notVoting(row)
      if (at >= row.closesAt)
        throw new CascadeError('CONFLICT', `Voting closed at ${toRfc3339(row.closesAt)}; this vote came later.`)
      const election = await book.election(id)
      const voter = election.voters.find((one) => one.id === subject.id)
      if (voter === undefined) throw noVoter(subject)
      const before = await book.ballots(id)
      checkOften(before, subject.id)
      const ballot: Ballot = { sequence: row.ballots, voter: subject.id, vote, at }
      const { votes, weight, cast, total, closesAt } = tally(election, [...before, ballot])
      const counted = {
        ...row,
        ballots: row.ballots + 1,
        lastAt: at,
        closesAt,
        standing: { votes, weight, cast, total },
      }
      const written = { row: counted, revision, word: 'proposal.voted', grant, command, ballot } as const
      await book.write({ ...written, alongside: [putBallot(id, ballot)] })
      return { ballot, weight: voter.weight }
    })
  }

  /**
   * Takes back what is not voted on yet.
   *
   * @throws CascadeError NOT_FOUND; FORBIDDEN for anybody but the proposer; CONFLICT from the opening of the vote on.
   */
  withdraw({ grant, subject, command }: ProposalCall<Grant<'proposal.create'>>, id: string): Promise<ProposalRow> {
    const { book } = this.#options
    return book.inTurn(async () => {
      const { value: row, revision } = await this.#find(id, subject)
      if (row.status !== 'DRAFT' && row.status !== 'ACTIVE')
        throw new CascadeError('CONFLICT', `It is ${row.outcome ?? row.status}: what is voted on is not withdrawn.`)
      if (row.proposer !== subject.id)
        throw new CascadeError('FORBIDDEN', 'A proposal is withdrawn by whoever proposed it; vote against it.')
      const closed: ProposalRow = { ...row, status: 'CLOSED', outcome: 'withdrawn', next: 'nothing' }
      await book.write({ row: closed, revision, word: 'proposal.closed', grant, command })
      return closed
    })
  }

  /** As somebody sees it: a draft is for its proposer alone. @throws CascadeError NOT_FOUND. */
  async get(id: string, viewer: Pick<Subject, 'id'>): Promise<ProposalRow> {
    return (await this.#find(id, viewer)).value
  }

  async #find(id: string, viewer: Pick<Subject, 'id'>): Promise<FoundProposal> {
    const found = await this.#options.book.get(id)
    if (isShownTo(found.value, viewer)) return found
    throw new CascadeError('NOT_FOUND', `No proposal has the id ${id}.`)
  }

  /** Oldest first, without drafts of others, so that a page may hold less. @throws CascadeError CURSOR_INVALID. */
  async list(
    status: ProposalStatus | undefined,
    page: { readonly limit: number; readonly cursor?: string | undefined },
    viewer: Pick<Subject, 'id'>,
  ): ReturnType<ProposalBook['list']> {
    const { items, next } = await this.#options.book.list(status, page)
    return { items: items.filter((row) => isShownTo(row, viewer)), next }
  }

  /** @throws CascadeError NOT_FOUND; CONFLICT before voting opened. */
  async election(id: string, viewer: Pick<Subject, 'id'>): Promise<CountedElection> {
    const { book } = this.#options
    const { kind, election: digest, ...row } = await this.get(id, viewer)
    if (digest === null) throw new CascadeError('CONFLICT', noElection(row))
    const [election, ballots] = await Promise.all([book.election(id), book.ballots(id)])
    return { election, kind, ballots, result: tally(election, ballots) }
  }

  /** What somebody voted last on it; null for nothing. */
  async lastVote(id: string, { id: voter }: Pick<Subject, 'id'>): Promise<Vote | null> {
    const ballots = await this.#options.book.ballots(id)
    return ballots.findLast((ballot) => ballot.voter === voter)?.vote ?? null
  }

  async #resolve(asked: AskedAction, by: Subject): Promise<ProposalAction> {
    if (asked.type === 'revert') return this.#revert(asked.proposal, by)
    // What comes with the program is none of what is proposed, as it is none of what is applied.
    const { policies, settings } = this.#options
    if (asked.type === 'policy_change') return { ...asked, files: asked.files && policies.withoutFixed(asked.files) }
    if (asked.type === 'configuration_change') return { type: asked.type, changes: settings.resolve(asked.changes) }
    if (asked.type === 'constitution_amendment') return this.#amendment(asked.clauses)
    const subject = await this.#options.resolve(asked.subject)
    if (subject) return { type: 'trust_change', subject: subject.id, trust: asked.trust }
    throw new CascadeError('UNPROCESSABLE', `No subject has the id or the name ${JSON.stringify(asked.subject)}.`)
  }

  async #revert(id: string, by: Subject): Promise<ProposalAction> {
    const { execution } = await this.get(id, by)
    const before: Before | null | undefined = execution?.state === 'executed' ? execution.before : null
    if (before == null) throw new CascadeError('CONFLICT', 'It was not carried out, so there is nothing to bring back.')
    if (before.type === 'trust') return { type: 'trust_change', subject: before.subject, trust: before.trust }
    if (before.type === 'settings')
      return { type: 'configuration_change', changes: this.#options.settings.resolve(before.values) }
    if (before.type === 'clauses') return this.#amendment(before.clauses)
    const files = before.digest === null ? null : await this.#options.policies.ownFilesOf(before.digest)
    return { type: 'policy_change', files }
  }

  #amendment(asked: readonly AskedClause[]): ProposalAction {
    const before = this.#options.policies.clausesOf(asked.map(({ id }) => id))
    const clauses = asked.map(({ id, text }, at) => ({ id, from: before[at]?.text ?? null, text }))
    return { type: 'constitution_amendment', clauses }
  }

  /** What the constitution forbids is not refused here: it is vetoed when it is to be voted on, for all to see. */
  async #check(action: ProposalAction, isVotedOn = false): Promise<void> {
    const { electorate, instance, policies } = this.#options
    if (action.type === 'trust_change') {
      if (action.subject !== instance) return
      throw new CascadeError(
        'UNPROCESSABLE',
        'The trust of the administrator of the instance stays: name another subject.',
      )
    }
    if (action.type === 'configuration_change') {
      this.#options.settings.resolve(action.changes)
      return electorate.checkSettings(action)
    }
    if (action.type === 'constitution_amendment') {
      if (policies.clauseWeakened(action.clauses) !== undefined) return
      const amended = await policies.readAmended(action.clauses)
      return policies.checkAmendable(amended, (mayTakePart) => electorate.canStillVote(action, mayTakePart))
    }
    if (action.files === null || policies.clauseTouched(action.files) !== undefined) return
    const { bundle, files, findings } = await policies.read(action.files)
    // A draft may lock others out, for its analysis to say so; what is voted on may not.
    if (bundle !== undefined) return isVotedOn ? policies.checkAppliable({ bundle, files }) : undefined
    const [first] = findings
    const why = first === undefined ? '' : ` ${first.file}:${first.line}: ${first.message}.`
    throw new CascadeError('UNPROCESSABLE', `These policies are not sound, so they could never be put in force.${why}`)
  }
}

/** From its activation on a proposal is everybody's; a draft is its proposer's. */
const isShownTo = ({ opensAt, proposer }: ProposalRow, viewer: Pick<Subject, 'id'>): boolean =>
  opensAt !== null || proposer === viewer.id

/** Seconds after which a proposer with too many open ones may look again. */
const RETRY_S = 3600

function checkSize(action: ProposalAction): void {
  const bytes = Buffer.byteLength(canonicalJson(action))
  const { actionBytesMax } = PROPOSAL_LIMITS
  if (bytes <= actionBytesMax) return
  const detail = `What is proposed is at most ${actionBytesMax} bytes of JSON, and this is ${bytes}; propose less at once.`
  throw new CascadeError('PAYLOAD_TOO_LARGE', detail)
}

function checkOften(ballots: readonly Ballot[], voter: Voter['id']): void {
  const { ballotsOfVoterMax } = PROPOSAL_LIMITS
  if (ballots.filter((ballot) => ballot.voter === voter).length < ballotsOfVoterMax) return
  const detail = `You voted ${ballotsOfVoterMax} times on it; the last vote stays.`
  throw new CascadeError('RATE_LIMITED', detail, { retryAfterS: RETRY_S })
}

function notVoting({ status, outcome, opensAt }: ProposalRow): CascadeError {
  const opens = status === 'ACTIVE' && opensAt !== null ? `; voting opens at ${toRfc3339(opensAt)}` : ''
  return new CascadeError(
    'CONFLICT',
    `No vote on it is open: it is ${status}${outcome ? ` (${outcome})` : ''}${opens}.`,
  )
}

function noElection({ status, outcome, veto }: Pick<ProposalRow, 'status' | 'outcome' | 'veto'>): string {
  const because =
    veto !== null
      ? `it was vetoed by ${veto.clause} before voting opened`
      : outcome === 'withdrawn'
        ? 'it was withdrawn before voting opened'
        : `it is ${outcome ?? status}, and voting has not opened`
  return `There is no election to export, as nobody could vote on it: ${because}.`
}

const noVoter = ({ kind, trust }: Subject): CascadeError =>
  new CascadeError(
    'FORBIDDEN',
    kind === 'person'
      ? `You were no voter when voting opened: people vote who are trusted enough (governance.vote_trust_min; yours is ${trust} now), and nobody on their own trust.`
      : `People vote; this is a ${kind}.`,
  )
