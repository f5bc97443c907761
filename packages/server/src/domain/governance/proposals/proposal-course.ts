import { PROPOSAL_LIMITS, type ProposalKind } from '@forge-cascade/contract'
import { CascadeError, type Clock, isCascadeError, messageOf } from '#base'
import type { Subject } from '#identity'
import type { Grant, RecordPut } from '#store'
import { mintGrant } from '../../../platform/store/mint-grant.ts'
import type { Gate } from '../gate.ts'
import { requireGrant } from '../governance-gate.ts'
import { tally } from '../voting/tally.ts'
import { beforeOf, type Changed, carryOut } from './carry-out.ts'
import type { Delegations } from './delegations.ts'
import type { FoundProposal, ProposalBook } from './proposal-book.ts'
import {
  actionDigest,
  ELECTIONS,
  type ElectionRow,
  type Execution,
  electionDigest,
  type KindRules,
  type ProposalAction,
  type ProposalRow,
  putProposal,
} from './proposal-row.ts'
import { selfRaise, votersOn } from './proposal-rules.ts'
import type { ProposalWord } from './tell-proposal.ts'

export interface ProposalCourseOptions extends Changed {
  readonly book: ProposalBook
  readonly gate: Pick<Gate, 'decide' | 'release' | 'retried'>
  readonly delegations: Pick<Delegations, 'onTopic'>
  readonly listPeople: () => Promise<readonly Subject[]>
  readonly clock: Clock
  readonly newId: () => string
  /** Who acts where nobody asks. */
  readonly instance: Subject
  readonly rules: (kind: ProposalKind) => KindRules
  readonly voteTrustMin: () => number
}

export interface Advanced {
  readonly opened: number
  readonly closed: number
  readonly executed: number
  /** Why some could not be looked after. */
  readonly troubles: readonly string[]
}

const DETAIL_LENGTH = 1000
/** What passes by itself: it is carried out later. */
const PUT_OFF: ReadonlySet<string> = new Set(['EMERGENCY_ACTIVE', 'UNAVAILABLE', 'STORAGE_FULL', 'DEADLINE_EXCEEDED'])

/** What happens to a proposal in its time: voting opens and closes, and what is passed is carried out, once, as it was voted on. */
export class ProposalCourse {
  readonly #options: ProposalCourseOptions

  constructor(options: ProposalCourseOptions) {
    this.#options = options
  }

  /** @throws CascadeError CONFLICT where nobody could vote, or more than can be counted. */
  async checkVoters(action: ProposalAction): Promise<void> {
    await this.#voters(action)
  }

  /** Whether those who may vote under other policies are enough to amend the constitution. */
  async canStillVote(action: ProposalAction, mayVote: (voter: Subject) => boolean): Promise<boolean> {
    const { listPeople, rules, voteTrustMin } = this.#options
    const people = await listPeople()
    const sumOf = (among: readonly Subject[]): number =>
      votersOn(action, among, undefined, voteTrustMin()).reduce((sum, { weight }) => sum + weight, 0)
    const [all, left] = [sumOf(people), sumOf(people.filter(mayVote))]
    return left > 0 && left * 100 >= rules('constitution').quorumPercent * all
  }

  /** Opens voting where it is time; vetoes what the constitution forbids at once. */
  open(id: string): Promise<ProposalRow> {
    const { book, clock } = this.#options
    return book.inTurn(async () => {
      const found = await book.get(id)
      const { value: row } = found
      if (row.next !== 'open') return row
      const veto = await this.#vetoOf(row)
      if (veto) return this.#write(found, { ...row, ...CLOSED, outcome: 'vetoed', veto }, 'proposal.closed')
      return (row.opensAt ?? 0) > clock() ? row : this.#open(found)
    })
  }

  async #open(found: FoundProposal): Promise<ProposalRow> {
    const { clock, delegations, rules: rulesOf } = this.#options
    const { value: row } = found
    const { id: proposal, kind, digest: action } = row
    const rules = rulesOf(kind)
    const [voters, all] = [await this.#voters(row.action), await delegations.onTopic(kind)]
    const may = new Set(voters.map(({ id }) => id))
    const opensAt = clock()
    const fixed = {
      ...{ proposal, action, rules, opensAt, closesAt: opensAt + rules.votingMs, voters },
      delegations: all
        .filter(({ from, to }) => may.has(from) && may.has(to))
        .toSorted((a, b) => (a.from < b.from ? -1 : 1)),
    }
    const election: ElectionRow = { ...fixed, kind, digest: electionDigest(fixed) }
    const { votes, weight, cast, total } = tally(election, [])
    const open: ProposalRow = {
      ...{ ...row, status: 'VOTING', next: 'close', opensAt, closesAt: fixed.closesAt, rules },
      ...{
        election: election.digest,
        voters: voters.length,
        standing: { votes, weight, cast, total },
        lastAt: opensAt,
      },
    }
    return this.#write(found, open, 'proposal.opened', [putElection(election)])
  }

  /** Closes voting where it is time. */
  close(id: string): Promise<ProposalRow> {
    const { book, clock } = this.#options
    return book.inTurn(async () => {
      const found = await book.get(id)
      const { value: row } = found
      if (row.next !== 'close' || row.closesAt === null || row.closesAt > clock()) return row
      const [election, ballots] = await Promise.all([book.election(id), book.ballots(id)])
      const { outcome, votes, weight, cast, total, closesAt } = tally(election, ballots)
      const passed = outcome === 'passed' && {
        next: 'execute' as const,
        // From when it is known: who was away at the close has the whole time to answer it.
        timelockUntil: Math.max(closesAt, clock()) + (row.rules?.timelockMs ?? 0),
      }
      const closed: ProposalRow = {
        ...row,
        ...CLOSED,
        outcome,
        closesAt,
        standing: { votes, weight, cast, total },
        ...passed,
      }
      return this.#write(found, closed, 'proposal.closed')
    })
  }

  /** Carries out what is passed, after its timelock; never a second time. */
  execute(id: string): Promise<ProposalRow> {
    return this.#options.book.inTurn(() => this.#execute(id))
  }

  /** Tries again what failed. @throws CascadeError NOT_FOUND; CONFLICT where nothing failed, or its time has not come. */
  async retry(id: string): Promise<ProposalRow> {
    const { book, clock } = this.#options
    return book.inTurn(async () => {
      const { value: row } = await book.get(id)
      const { status, outcome, execution, timelockUntil } = row
      if (outcome !== 'passed' || execution?.state === 'executed') {
        const how = execution ? execution.state : (outcome ?? status)
        throw new CascadeError('CONFLICT', `There is nothing to carry out: it is ${how}.`)
      }
      if (timelockUntil === null || timelockUntil > clock())
        throw new CascadeError('CONFLICT', 'Its timelock is not over; it is carried out by itself then.')
      return this.#execute(id, true)
    })
  }

  /** Does with every proposal what its time has come for. @param signal ends it between two of them. */
  async sweep(signal: AbortSignal): Promise<Advanced> {
    const { book } = this.#options
    const counts = { opened: 0, closed: 0, executed: 0 }
    const troubles: string[] = []
    const steps = [
      ['tell', (id: string) => this.execute(id), (row: ProposalRow) => isExecuted(row) && counts.executed++],
      ['open', (id: string) => this.open(id), (row: ProposalRow) => row.status !== 'ACTIVE' && counts.opened++],
      ['close', (id: string) => this.close(id), (row: ProposalRow) => row.status === 'CLOSED' && counts.closed++],
      ['execute', (id: string) => this.execute(id), (row: ProposalRow) => isExecuted(row) && counts.executed++],
    ] as const
    for (const [next, step, count] of steps)
      for (const id of await book.due(next)) {
        if (signal.aborted) return { ...counts, troubles }
        try {
          count(await step(id))
        } catch (error) {
          // The others go on; this one is tried again at the next look.
          troubles.push(`proposal/${id}: ${messageOf(error)}`)
        }
      }
    return { ...counts, troubles }
  }

  async #execute(id: string, isRetry = false): Promise<ProposalRow> {
    const { book, clock, gate, instance: subject, newId } = this.#options
    const found = await book.get(id)
    const { value: row } = found
    if (row.next === 'tell') return this.#tell(found)
    if (row.next !== 'execute' && !isRetry) return row
    if (row.timelockUntil === null || row.timelockUntil > clock()) return row
    let done: Execution | null = null
    const asked = { action: 'proposal.execute', resource: `proposal/${id}`, subject, correlationId: newId() } as const
    // It goes with the record of the decision into the transaction of the change: both are there, or neither. What was passed
    // is approved by the vote.
    const alongside = () => [putProposal({ ...row, next: 'tell', execution: done }, found.revision)]
    const decision = gate.decide({ ...asked, approval: id, alongside })
    const { decisionId } = decision
    try {
      const grant = requireGrant(decision)
      await this.#checkBytes(row)
      await this.#checkVeto(row)
      const before = await beforeOf(this.#options, row.action)
      done = { state: 'executed', at: clock(), code: null, detail: null, before, decisionId }
      const command = { id: commandId(newId) }
      const canVote = (mayVote: (voter: Subject) => boolean) => this.canStillVote(row.action, mayVote)
      await carryOut(this.#options, { grant, subject, command, proposal: id, canVote }, row.action)
      // Where nothing was to be changed nothing took it along.
      return await this.#end(await book.get(id), done)
    } catch (error) {
      return this.#broken(id, error, decisionId)
    } finally {
      gate.release(decisionId)
    }
  }

  /** @throws CascadeError CONFLICT for what is not, to the byte, what was voted on. */
  async #checkBytes({ id, action, digest }: ProposalRow): Promise<void> {
    const election = await this.#options.book.election(id)
    const { digest: fixed, kind: _, ...rest } = election
    const isSame = actionDigest(action) === election.action && digest === election.action
    if (isSame && electionDigest(rest) === fixed) return
    throw new CascadeError('CONFLICT', 'What is stored is not what was voted on, so it is not carried out.')
  }

  /** Trust may have changed since, and with it what raises it. @throws CascadeError FORBIDDEN for what the constitution forbids. */
  async #checkVeto(row: ProposalRow): Promise<void> {
    const veto = await this.#vetoOf(row)
    if (veto) throw new CascadeError('FORBIDDEN', `${veto.clause} of the constitution forbids it: ${veto.reason}`)
  }

  /** The store has the change, and the answer was lost: what decides by it is told first. */
  async #tell(found: FoundProposal): Promise<ProposalRow> {
    const { policies, settings } = this.#options
    await policies.refresh()
    await settings.open()
    return this.#end(found, found.value.execution)
  }

  async #end(found: FoundProposal, execution: Execution | null): Promise<ProposalRow> {
    return this.#write(found, { ...found.value, next: 'nothing', execution }, 'proposal.executed', [], execution)
  }

  async #broken(id: string, error: unknown, decisionId: string): Promise<ProposalRow> {
    const found = await this.#options.book.get(id)
    const { value: row } = found
    if (row.next === 'tell') return this.#tell(found)
    const { code, detail } = isCascadeError(error) ? error : { code: 'INTERNAL', detail: messageOf(error) }
    if (PUT_OFF.has(code)) return row
    const told = { code, detail: detail.slice(0, DETAIL_LENGTH).toWellFormed(), before: null, decisionId }
    const failed: Execution = { state: 'failed', at: this.#options.clock(), ...told }
    const ended: ProposalRow = { ...row, next: 'nothing', execution: failed }
    return this.#write(found, ended, 'proposal.execution_failed', [], failed)
  }

  async #vetoOf({ action, proposer }: ProposalRow): Promise<ProposalRow['veto'] | undefined> {
    const { policies, subjects } = this.#options
    if (action.type === 'policy_change') return action.files === null ? undefined : policies.clauseTouched(action.files)
    if (action.type === 'constitution_amendment') return policies.clauseWeakened(action.clauses)
    return action.type === 'trust_change' ? selfRaise(action, proposer, await subjects.find(action.subject)) : undefined
  }

  async #voters(action: ProposalAction) {
    const { listPeople, subjects, voteTrustMin } = this.#options
    const trustMin = voteTrustMin()
    const target = action.type === 'trust_change' ? await subjects.find(action.subject) : undefined
    const voters = votersOn(action, await listPeople(), target, trustMin)
    const { votersMax } = PROPOSAL_LIMITS
    if (voters.length > 0 && voters.length <= votersMax) return voters
    const what =
      voters.length === 0
        ? 'Nobody could vote on it: no other active person has the trust for it'
        : `${voters.length} people could vote on it, and at most ${votersMax} are counted`
    throw new CascadeError('CONFLICT', `${what} (governance.vote_trust_min is ${trustMin}).`)
  }

  /** Of what follows from a decision that was made, or of one that is made now. */
  #grant({ id }: ProposalRow, made: Execution | null): Grant {
    const { gate, instance: subject, newId } = this.#options
    const asked = { action: 'proposal.close', resource: `proposal/${id}`, correlationId: newId() } as const
    if (made === null) return gate.retried({ ...asked, subject, ownWork: true })
    return mintGrant({ ...asked, decisionId: made.decisionId, subject: subject.id, reach: 'lines' })
  }

  async #write(
    { revision }: FoundProposal,
    row: ProposalRow,
    word: ProposalWord,
    alongside: readonly RecordPut[] = [],
    made: Execution | null = null,
  ): Promise<ProposalRow> {
    const { book, newId } = this.#options
    const command = { id: commandId(newId) }
    await book.write({ row, revision, word, grant: this.#grant(row, made), command, alongside })
    return row
  }
}

const CLOSED = { status: 'CLOSED', next: 'nothing' } as const

const commandId = (newId: () => string): string => newId().replaceAll('-', '')

const isExecuted = ({ next, execution }: ProposalRow): boolean => next === 'nothing' && execution?.state === 'executed'

const putElection = (election: ElectionRow): RecordPut => ({
  kind: 'record.put',
  collection: ELECTIONS.name,
  key: election.proposal,
  value: election,
  expectedRevision: 0,
  expiresAt: null,
})
