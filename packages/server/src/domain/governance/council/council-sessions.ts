import { ANALYSIS_LIMITS } from '@forge-cascade/contract'
import { CascadeError, type Clock, canonicalJson, isCascadeError, messageOf, sha256Hex } from '#base'
import type { Subject } from '#identity'
import { type Command, type Grant, type RecordPut, type Records, toRecord, type UnitOfWork } from '#store'
import type { AnalysedProposal, ProposalAnalyst } from '../analysis/index.ts'
import type { Gate } from '../gate.ts'
import type { ProposalBook } from '../proposals/proposal-book.ts'
import { ADVICE, type ProposalRow } from '../proposals/proposal-row.ts'
import type { Adviser, Comment } from './adviser.ts'
import { askCouncil } from './council.ts'

/** What the council said of a proposal at one time. */
export interface AdviceRow {
  readonly v: 1
  readonly proposal: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Digest of the analysis that was commented on; null where there could be none. */
  readonly analysis: string | null
  /** SHA-256 of the canonical JSON of the comments. */
  readonly digest: string
  readonly comments: readonly Comment[]
}

/** Times that the council comments on one proposal. */
export const ADVICE_ROUNDS_MAX = 10

export interface CouncilSessionsOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  readonly book: Pick<ProposalBook, 'get' | 'list' | 'writes'>
  readonly analyst: Pick<ProposalAnalyst, 'analyse'>
  readonly gate: Pick<Gate, 'retried'>
  readonly instance: Subject
  readonly clock: Clock
  readonly newId: () => string
  /** Those of the configuration now. */
  readonly advisers: () => readonly Adviser[]
  /** Milliseconds that one adviser has. */
  readonly msMax?: number
}

export interface AdviceCall {
  readonly grant: Grant<'proposal.advise'>
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

export interface CouncilLook {
  readonly advised: number
  readonly troubles: readonly string[]
}

const PER_PAGE = 100
/** Asking costs: what failed is asked again after so long. */
const TROUBLE_MS = 60_000

/** Has the council comment on proposals, and keeps what it said. None of it is counted: votes do not know of it. */
export class CouncilSessions {
  readonly #options: CouncilSessionsOptions
  /** What was written of proposals when all that are voted on were commented on. */
  #seen = -1
  /** After trouble it asks nobody by itself before this. */
  #notBefore = Number.NEGATIVE_INFINITY
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: CouncilSessionsOptions) {
    this.#options = options
  }

  /** Newest first. @throws CascadeError NOT_FOUND. */
  async list(id: string): Promise<readonly AdviceRow[]> {
    const { book, store } = this.#options
    await book.get(id)
    const { items } = await store.records.listBy<AdviceRow>(ADVICE.name, 'proposal', id, { limit: ADVICE_ROUNDS_MAX })
    return items.map(({ value }) => value).toReversed()
  }

  /**
   * Asks all advisers, and puts on record what they said.
   *
   * @throws CascadeError NOT_FOUND; CONFLICT for what is closed, was commented on often enough, or where nobody advises; the reason
   *   of `signal`.
   */
  async advise(call: AdviceCall, id: string, signal: AbortSignal): Promise<readonly AdviceRow[]> {
    return this.#inTurn(signal, () => this.#adviseNow(call, id, signal))
  }

  /** One after the other, so that nobody has more said than there is room for. @throws the reason of `signal`. */
  #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const begin = () => {
      signal.throwIfAborted()
      return work()
    }
    const turn = this.#turn.then(begin, begin)
    this.#turn = turn
    return turn
  }

  async #adviseNow(call: AdviceCall, id: string, signal: AbortSignal): Promise<readonly AdviceRow[]> {
    const { value: row } = await this.#options.book.get(id)
    if (row.status === 'CLOSED') throw new CascadeError('CONFLICT', 'It is closed: nobody needs advice on it any more.')
    const before = await this.list(id)
    if (before.length >= ADVICE_ROUNDS_MAX)
      throw new CascadeError('CONFLICT', `The council commented on it ${ADVICE_ROUNDS_MAX} times, which is enough.`)
    if (this.#options.advisers().length === 0)
      throw new CascadeError('CONFLICT', 'Nobody is on the council: name advisers in governance.council.advisers.')
    return [await this.#advise(call, row, before.length, signal), ...before]
  }

  /** Has the council comment once on each proposal that is voted on. @param signal ends it between two of them. */
  async look(signal: AbortSignal): Promise<CouncilLook> {
    const troubles: string[] = []
    let advised = 0
    const { advisers, book, clock } = this.#options
    const { writes } = book
    const isQuiet = writes === this.#seen || clock() < this.#notBefore
    if (advisers().length === 0 || isQuiet) return { advised, troubles }
    for (const row of await this.#voting()) {
      if (signal.aborted) break
      try {
        const isNew = await this.#inTurn(signal, async () => {
          if ((await this.list(row.id)).length > 0) return false
          await this.#advise(this.#ownCall(row), row, 0, signal)
          return true
        })
        if (isNew) advised++
      } catch (error) {
        // The others go on; this one is looked at again.
        troubles.push(`proposal/${row.id}: ${messageOf(error)}`)
      }
    }
    if (troubles.length > 0) this.#notBefore = clock() + TROUBLE_MS
    else if (!signal.aborted) this.#seen = writes
    return { advised, troubles }
  }

  async #voting(): Promise<readonly ProposalRow[]> {
    const rows: ProposalRow[] = []
    for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
      const { items, next } = await this.#options.book.list('VOTING', { limit: PER_PAGE, cursor })
      rows.push(...items)
      cursor = next
    }
    return rows
  }

  #ownCall({ id }: ProposalRow): AdviceCall {
    const { gate, instance: subject, newId } = this.#options
    const asked = { action: 'proposal.advise', resource: `proposal/${id}`, subject, correlationId: newId() } as const
    return { grant: gate.retried(asked), command: { id: newId().replaceAll('-', '') } }
  }

  async #advise(call: AdviceCall, row: ProposalRow, round: number, signal: AbortSignal): Promise<AdviceRow> {
    const { advisers, clock, msMax } = this.#options
    const analysed = await this.#analyse(row, signal)
    const asked = advisers()
    const { id, title, description, kind } = row
    const comments =
      'failed' in analysed
        ? asked.map(({ name }) => failed(name, analysed.failed))
        : await askCouncil(
            asked,
            { proposal: { id, title, description, kind }, analysed },
            { signal, ...(msMax !== undefined && { msMax }) },
          )
    const advice: AdviceRow = {
      ...{ v: 1, proposal: id, at: clock(), comments, digest: sha256Hex(canonicalJson(comments)) },
      analysis: 'failed' in analysed ? null : analysed.analysis.digest,
    }
    await this.#write(call, advice, round)
    return advice
  }

  /** What cannot be analysed is commented on by nobody, and that is on record as well. */
  async #analyse(row: ProposalRow, signal: AbortSignal): Promise<AnalysedProposal | { readonly failed: string }> {
    try {
      return await this.#options.analyst.analyse(row, { limit: ANALYSIS_LIMITS.decisionsMax, signal })
    } catch (error) {
      signal.throwIfAborted()
      return { failed: isCascadeError(error) ? error.code : 'INTERNAL' }
    }
  }

  async #write({ grant, command }: AdviceCall, advice: AdviceRow, round: number): Promise<void> {
    const { proposal, digest, analysis, comments } = advice
    const given = comments.filter(({ state }) => state === 'given').length
    const counts = { given, failed: comments.length - given }
    const about = `proposal/${proposal}` as const
    const records = [toRecord(grant, 'proposal.advised', about, { digest, analysis, ...counts }, {})]
    const events = [{ type: 'cascade.proposal.advised', subject: about, data: { id: proposal, ...counts } }]
    const [outcome] = await this.#options.store.append([
      { ...command, grant, changes: [putAdvice(advice, round)], records, events },
    ])
    if (outcome?.ok) return
    const error = outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an advice.')
    if (error.code !== 'REVISION_MISMATCH') throw error
    throw new CascadeError('CONFLICT', 'The council commented on it meanwhile; look at that.', { cause: error })
  }
}

const failed = (adviser: string, code: string): Comment => ({
  ...{ adviser, state: 'failed', opinion: null, text: '', reasons: [], code },
})

const ROUND_DIGITS = 4

const putAdvice = (advice: AdviceRow, round: number): RecordPut => ({
  kind: 'record.put',
  collection: ADVICE.name,
  key: `${advice.proposal}/${String(round).padStart(ROUND_DIGITS, '0')}`,
  value: advice,
  expectedRevision: 0,
  expiresAt: null,
})

/** What is left of it when the proposer is erased, whose words it may repeat: opinions, and the digest of all that was said. */
export const withoutAdviceWords = (row: AdviceRow): AdviceRow => ({
  ...row,
  comments: row.comments.map((comment) => ({ ...comment, text: '', reasons: [] })),
})
