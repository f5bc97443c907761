import type { ProposalKind } from '@forge-cascade/contract'
import { type Clock, messageOf } from '#base'
import type { RecordPut } from '#store'
import { tally } from '../voting/tally.ts'
import type { Changed } from './carry-out.ts'
import type { Delegations } from './delegations.ts'
import type { Electorate } from './electorate.ts'
import type { FoundProposal, ProposalBook } from './proposal-book.ts'
import type { ProposalExecution } from './proposal-execution.ts'
import type { ProposalJournal } from './proposal-journal.ts'
import { ELECTIONS, type ElectionRow, electionDigest, type KindRules, type ProposalRow } from './proposal-row.ts'
import { vetoOf } from './proposal-rules.ts'

export interface ProposalCourseOptions {
  readonly book: ProposalBook
  readonly journal: ProposalJournal
  readonly electorate: Electorate
  readonly execution: Pick<ProposalExecution, 'execute'>
  readonly delegations: Pick<Delegations, 'onTopic'>
  readonly policies: Changed['policies']
  readonly subjects: Changed['subjects']
  readonly clock: Clock
  readonly rules: (kind: ProposalKind) => KindRules
}

export interface Advanced {
  readonly opened: number
  readonly closed: number
  readonly executed: number
  /** Why some could not be looked after. */
  readonly troubles: readonly string[]
}

/** What happens to a proposal in its time: voting opens and closes, and what is passed is carried out. */
export class ProposalCourse {
  readonly #options: ProposalCourseOptions
  /** What the last look saw: nothing is due as long as nothing is written, until the first moment that something waits for. */
  #seen = { writes: -1, dueAt: Number.NEGATIVE_INFINITY }

  constructor(options: ProposalCourseOptions) {
    this.#options = options
  }

  /** Opens voting where it is time; vetoes what the constitution forbids at once. */
  open(id: string): Promise<ProposalRow> {
    const { book, clock, journal } = this.#options
    return book.inTurn(async () => {
      const found = await book.get(id)
      const { value: row } = found
      if (row.next !== 'open') return row
      const veto = await vetoOf(this.#options, row)
      if (veto) return journal.write(found, { ...row, ...CLOSED, outcome: 'vetoed', veto }, 'proposal.closed')
      return (row.opensAt ?? 0) > clock() ? row : this.#open(found)
    })
  }

  async #open(found: FoundProposal): Promise<ProposalRow> {
    const { clock, delegations, electorate, journal, rules: rulesOf } = this.#options
    const { id: proposal, digest: action } = found.value
    // Trust may have changed since it was proposed.
    const kind = await electorate.kindOf(found.value.action)
    const rules = rulesOf(kind)
    const [voters, all] = [await electorate.voters(found.value.action), await delegations.onTopic(kind)]
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
      ...{ ...found.value, kind, status: 'VOTING', next: 'close', opensAt, closesAt: fixed.closesAt, rules },
      ...{
        election: election.digest,
        voters: voters.length,
        standing: { votes, weight, cast, total },
        lastAt: opensAt,
      },
    }
    return journal.write(found, open, 'proposal.opened', [putElection(election)])
  }

  /** Closes voting where it is time. */
  close(id: string): Promise<ProposalRow> {
    const { book, clock, journal } = this.#options
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
      return journal.write(found, closed, 'proposal.closed')
    })
  }

  /** Does with every proposal what its time has come for. @param signal ends it between two of them. */
  async sweep(signal: AbortSignal): Promise<Advanced> {
    const { book, clock, execution } = this.#options
    const counts = { opened: 0, closed: 0, executed: 0 }
    const troubles: string[] = []
    const { writes } = book
    if (writes === this.#seen.writes && clock() < this.#seen.dueAt) return { ...counts, troubles }
    const execute = (id: string) => execution.execute(id)
    const steps = [
      ['tell', execute, (row: ProposalRow) => isExecuted(row) && counts.executed++],
      ['open', (id: string) => this.open(id), (row: ProposalRow) => row.status !== 'ACTIVE' && counts.opened++],
      ['close', (id: string) => this.close(id), (row: ProposalRow) => row.status === 'CLOSED' && counts.closed++],
      ['execute', execute, (row: ProposalRow) => isExecuted(row) && counts.executed++],
    ] as const
    let dueAt = Number.POSITIVE_INFINITY
    for (const [next, step, count] of steps)
      for (const row of await book.due(next)) {
        if (signal.aborted) return { ...counts, troubles }
        dueAt = Math.min(dueAt, dueOf(row))
        try {
          count(await step(row.id))
        } catch (error) {
          // The others go on; this one is tried again at the next look.
          troubles.push(`proposal/${row.id}: ${messageOf(error)}`)
        }
      }
    this.#seen = { writes, dueAt }
    return { ...counts, troubles }
  }
}

/** The moment that a proposal waits for; what waits for none is due. */
function dueOf({ next, opensAt, closesAt, timelockUntil }: ProposalRow): number {
  const at = { open: opensAt, close: closesAt, execute: timelockUntil, tell: null, nothing: null }[next]
  return at ?? Number.NEGATIVE_INFINITY
}

const CLOSED = { status: 'CLOSED', next: 'nothing' } as const

const isExecuted = ({ next, execution }: ProposalRow): boolean => next === 'nothing' && execution?.state === 'executed'

const putElection = (election: ElectionRow): RecordPut => ({
  kind: 'record.put',
  collection: ELECTIONS.name,
  key: election.proposal,
  value: election,
  expectedRevision: 0,
  expiresAt: null,
})
