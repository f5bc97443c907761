import type { ProposalStatus } from '@forge-cascade/contract'
import { CascadeError, isUuid } from '#base'
import type { Command, Grant, RecordPage, RecordPut, Records, StoredRecord, UnitOfWork } from '#store'
import type { Ballot } from '../voting/election.ts'
import { BALLOTS, ELECTIONS, type ElectionRow, PROPOSALS, type ProposalRow, putProposal } from './proposal-row.ts'
import { type ProposalWord, tellProposal } from './tell-proposal.ts'

export type FoundProposal = StoredRecord<ProposalRow>

/** What is written of a proposal, and what goes with it. */
export interface ProposalEntry {
  readonly row: ProposalRow
  /** That it has to be at; 0 for a new one. */
  readonly revision: number
  readonly word: ProposalWord
  readonly grant: Grant
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
  readonly ballot?: Ballot
  readonly alongside?: readonly RecordPut[]
}

const PER_PAGE = 100
const BALLOTS_PER_PAGE = 1000

/** Proposals, elections and ballots as they are stored. */
export class ProposalBook {
  readonly #store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  #turn: Promise<unknown> = Promise.resolve()
  #writes = 0

  constructor(store: Pick<UnitOfWork, 'append'> & { readonly records: Records }) {
    this.#store = store
  }

  /** How often something was written here: as long as it stays, every proposal is as it was. */
  get writes(): number {
    return this.#writes
  }

  /** One after the other: what is read in a turn is still so when it is written. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  async find(id: string): Promise<FoundProposal | undefined> {
    return isUuid(id) ? this.#store.records.find<ProposalRow>(PROPOSALS.name, id) : undefined
  }

  /** @throws CascadeError NOT_FOUND. */
  async get(id: string): Promise<FoundProposal> {
    const found = await this.find(id)
    if (found) return found
    throw new CascadeError('NOT_FOUND', `No proposal has the id ${id}.`)
  }

  /** Oldest first. @throws CascadeError CURSOR_INVALID. */
  async list(
    status: ProposalStatus | undefined,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly items: readonly ProposalRow[]; readonly next: string | undefined }> {
    if (cursor !== undefined && !isUuid(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of this list.')
    const { records } = this.#store
    const page = { limit, ...(cursor !== undefined && { after: cursor }) }
    const { items, next } =
      status === undefined
        ? await records.list<ProposalRow>(PROPOSALS.name, page)
        : await records.listBy<ProposalRow>(PROPOSALS.name, 'status', status, page)
    return { items: items.map(({ value }) => value), next }
  }

  /** One that is closed and of which something holds. */
  async findClosed(holds: (row: ProposalRow) => boolean): Promise<ProposalRow | undefined> {
    for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
      const page = await this.list('CLOSED', { limit: PER_PAGE, cursor })
      const found = page.items.find(holds)
      if (found) return found
      cursor = page.next
    }
    return undefined
  }

  /** Those with which the instance has to do this next. */
  async due(next: ProposalRow['next']): Promise<readonly ProposalRow[]> {
    return this.#by('next', next)
  }

  /** How many of a subject are not closed. */
  async countOpenOf(subject: string): Promise<number> {
    return (await this.#by('openOf', subject)).length
  }

  /** What was fixed when voting opened. @throws CascadeError DATA_CORRUPT. */
  async election(id: string): Promise<ElectionRow> {
    const found = await this.#store.records.find<ElectionRow>(ELECTIONS.name, id)
    if (found) return found.value
    throw new CascadeError('DATA_CORRUPT', `The election of the proposal ${id} is missing. Restore a backup.`)
  }

  /** In their order. */
  async ballots(id: string): Promise<readonly Ballot[]> {
    const ballots: Ballot[] = []
    const prefix = `${id}/`
    for (let after: string | undefined = prefix; after !== undefined; ) {
      const page: RecordPage<Ballot> = await this.#store.records.list(BALLOTS.name, { limit: BALLOTS_PER_PAGE, after })
      const own = page.items.filter(({ key }) => key.startsWith(prefix))
      ballots.push(...own.map(({ value }) => value))
      after = own.length < page.items.length ? undefined : page.next
    }
    return ballots
  }

  /** @throws CascadeError CONFLICT where it was changed meanwhile. */
  async write({ row, revision, word, grant, command, ballot, alongside = [] }: ProposalEntry): Promise<void> {
    const changes = [putProposal(row, revision), ...alongside]
    // Also where the answer is lost.
    this.#writes++
    const [outcome] = await this.#store.append([
      { ...command, grant, changes, ...tellProposal(grant, row, word, ballot) },
    ])
    if (outcome?.ok) return
    const error = outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a proposal.')
    if (error.code !== 'REVISION_MISMATCH') throw error
    throw new CascadeError('CONFLICT', 'The proposal was changed meanwhile; look at it again.', { cause: error })
  }

  async #by(index: 'next' | 'openOf', value: string): Promise<readonly ProposalRow[]> {
    const rows: ProposalRow[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: RecordPage<ProposalRow> = await this.#store.records.listBy(PROPOSALS.name, index, value, {
        limit: PER_PAGE,
        ...(after !== '' && { after }),
      })
      rows.push(...page.items.map((item) => item.value))
      after = page.next
    }
    return rows
  }
}
