import { CascadeError, type Clock, isCascadeError, messageOf } from '#base'
import type { Subject } from '#identity'
import type { Gate } from '../gate.ts'
import { requireGrant } from '../governance-gate.ts'
import { beforeOf, type Changed, carryOut } from './carry-out.ts'
import type { Electorate } from './electorate.ts'
import type { FoundProposal, ProposalBook } from './proposal-book.ts'
import type { ProposalJournal } from './proposal-journal.ts'
import { actionDigest, type Execution, electionDigest, type ProposalRow, putProposal } from './proposal-row.ts'
import { changesSame, vetoOf } from './proposal-rules.ts'

export interface ProposalExecutionOptions extends Changed {
  readonly book: ProposalBook
  readonly journal: ProposalJournal
  readonly electorate: Electorate
  readonly gate: Pick<Gate, 'decide' | 'release'>
  readonly clock: Clock
  readonly newId: () => string
  /** Who acts where nobody asks. */
  readonly instance: Subject
}

const DETAIL_LENGTH = 1000
/** Days after its timelock in which what failed is tried again. */
const RETRY_DAYS = 30
const RETRY_MS = RETRY_DAYS * 24 * 60 * 60 * 1000
/** What passes by itself: it is carried out later. */
const PUT_OFF: ReadonlySet<string> = new Set(['EMERGENCY_ACTIVE', 'UNAVAILABLE', 'STORAGE_FULL', 'DEADLINE_EXCEEDED'])

/** Carries out what was passed, once, as it was voted on. */
export class ProposalExecution {
  readonly #options: ProposalExecutionOptions

  constructor(options: ProposalExecutionOptions) {
    this.#options = options
  }

  /** Carries out what is passed, after its timelock; never a second time. */
  execute(id: string): Promise<ProposalRow> {
    return this.#options.book.inTurn(() => this.#execute(id))
  }

  /**
   * Tries again what failed.
   *
   * @throws CascadeError NOT_FOUND; CONFLICT where nothing failed, its time has not come or is over, or what was carried out since
   *   changed the same.
   */
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
      if (clock() - timelockUntil > RETRY_MS)
        throw new CascadeError('CONFLICT', `Its timelock was over ${RETRY_DAYS} days ago: propose it anew.`)
      await this.#checkNewer(row)
      return this.#execute(id, true)
    })
  }

  async #execute(id: string, isRetry = false): Promise<ProposalRow> {
    const { book, clock, electorate, gate, instance: subject, newId } = this.#options
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
      await this.#check(row)
      const before = await beforeOf(this.#options, row.action)
      done = { state: 'executed', at: clock(), code: null, detail: null, before, decisionId }
      const command = { id: newId().replaceAll('-', '') }
      const canVote = (mayTakePart: (voter: Subject) => boolean) => electorate.canStillVote(row.action, mayTakePart)
      await carryOut(this.#options, { grant, subject, command, proposal: id, canVote }, row.action)
      // Where nothing was to be changed nothing took it along.
      return await this.#end(await book.get(id), done)
    } catch (error) {
      return this.#broken(id, error, decisionId)
    } finally {
      gate.release(decisionId)
    }
  }

  /**
   * Things may have changed since it was voted on.
   *
   * @throws CascadeError CONFLICT for what is not, to the byte, what was voted on, or takes more of a vote by now than it had;
   *   FORBIDDEN for what the constitution forbids.
   */
  async #check(row: ProposalRow): Promise<void> {
    const { electorate } = this.#options
    await this.#checkBytes(row)
    const veto = await vetoOf(this.#options, row)
    if (veto) throw new CascadeError('FORBIDDEN', `${veto.clause} of the constitution forbids it: ${veto.reason}`)
    if (row.kind !== 'constitution' && (await electorate.kindOf(row.action)) === 'constitution')
      throw new CascadeError(
        'CONFLICT',
        'By now it would take somebody’s vote away, which takes what amends the constitution: propose it anew.',
      )
    await electorate.checkSettings(row.action)
  }

  async #checkBytes({ id, action, digest }: ProposalRow): Promise<void> {
    const election = await this.#options.book.election(id)
    const { digest: fixed, kind: _, ...rest } = election
    const isSame = actionDigest(action) === election.action && digest === election.action
    if (isSame && electionDigest(rest) === fixed) return
    throw new CascadeError('CONFLICT', 'What is stored is not what was voted on, so it is not carried out.')
  }

  /** What was decided later stays. @throws CascadeError CONFLICT. */
  async #checkNewer({ action, closesAt }: ProposalRow): Promise<void> {
    const newer = await this.#options.book.findClosed(
      ({ execution, ...other }) =>
        execution?.state === 'executed' && execution.at > (closesAt ?? 0) && changesSame(action, other.action),
    )
    if (newer === undefined) return
    const detail = `The proposal ${newer.id} was carried out since and changed the same, so this one would undo it: propose it anew.`
    throw new CascadeError('CONFLICT', detail)
  }

  /** The store has the change, and the answer was lost: what decides by it is told first. */
  async #tell(found: FoundProposal): Promise<ProposalRow> {
    const { policies, settings } = this.#options
    await policies.refresh()
    await settings.open()
    return this.#end(found, found.value.execution)
  }

  async #end(found: FoundProposal, execution: Execution | null): Promise<ProposalRow> {
    const row: ProposalRow = { ...found.value, next: 'nothing', execution }
    return this.#options.journal.write(found, row, 'proposal.executed', [], execution)
  }

  async #broken(id: string, error: unknown, decisionId: string): Promise<ProposalRow> {
    const { book, clock, journal } = this.#options
    const found = await book.get(id)
    const { value: row } = found
    if (row.next === 'tell') return this.#tell(found)
    const { code, detail } = isCascadeError(error) ? error : { code: 'INTERNAL', detail: messageOf(error) }
    if (PUT_OFF.has(code)) return row
    const told = { code, detail: detail.slice(0, DETAIL_LENGTH).toWellFormed(), before: null, decisionId }
    const failed: Execution = { state: 'failed', at: clock(), ...told }
    const ended: ProposalRow = { ...row, next: 'nothing', execution: failed }
    return journal.write(found, ended, 'proposal.execution_failed', [], failed)
  }
}
