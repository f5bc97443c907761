import type { Subject } from '#identity'
import type { Grant, RecordPut } from '#store'
import { mintGrant } from '../../../platform/store/mint-grant.ts'
import type { Gate } from '../gate.ts'
import type { FoundProposal, ProposalBook } from './proposal-book.ts'
import type { Execution, ProposalRow } from './proposal-row.ts'
import type { ProposalWord } from './tell-proposal.ts'

export interface ProposalJournalOptions {
  readonly book: Pick<ProposalBook, 'write'>
  readonly gate: Pick<Gate, 'retried'>
  readonly newId: () => string
  /** Who acts where nobody asks. */
  readonly instance: Subject
}

/** What the instance does with proposals by itself, as it is written. */
export class ProposalJournal {
  readonly #options: ProposalJournalOptions

  constructor(options: ProposalJournalOptions) {
    this.#options = options
  }

  /** @param made the decision that it follows from, where one was made. */
  async write(
    { revision }: FoundProposal,
    row: ProposalRow,
    word: ProposalWord,
    alongside: readonly RecordPut[] = [],
    made: Execution | null = null,
  ): Promise<ProposalRow> {
    const { book, newId } = this.#options
    const command = { id: newId().replaceAll('-', '') }
    await book.write({ row, revision, word, grant: this.#grant(row, made), command, alongside })
    return row
  }

  #grant({ id }: ProposalRow, made: Execution | null): Grant {
    const { gate, instance: subject, newId } = this.#options
    const asked = { action: 'proposal.close', resource: `proposal/${id}`, correlationId: newId() } as const
    if (made === null) return gate.retried({ ...asked, subject, ownWork: true })
    return mintGrant({ ...asked, decisionId: made.decisionId, subject: subject.id, reach: 'lines' })
  }
}
