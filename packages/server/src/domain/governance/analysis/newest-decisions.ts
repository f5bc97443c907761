import type { LedgerStore, StoredLeaf } from '#ledger'
import type { DecisionBook } from '../decision-book.ts'
import type { RecordedDecisions } from './analyse-change.ts'

export interface NewestDecisions {
  /** Newest first. */
  readonly recorded: readonly RecordedDecisions[]
  /** Index of the newest entry of the log that tells of decisions; null for none. */
  readonly until: number | null
}

interface Sources {
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly book: Pick<DecisionBook, 'find'>
}

export interface NewestQuestion {
  /** Rows; equal decisions are one. */
  readonly limit: number
  /** The newest entry of the log that counts. */
  readonly until?: number | undefined
  readonly signal: AbortSignal
}

interface Told {
  readonly index: number
  readonly first: string
  readonly count: number
}

const LEAVES_AT_ONCE = 200

/** What the log tells of decisions, newest first, with what they were made from. @throws the reason of `signal`. */
export async function newestDecisions(
  { ledger, book }: Sources,
  { limit, until, signal }: NewestQuestion,
): Promise<NewestDecisions> {
  const ends = until === undefined ? {} : { before: until + 1 }
  const [made, gathered] = [new Entries(ledger, 'decision.made', ends), new Entries(ledger, 'decision.gathered', ends)]
  const recorded: RecordedDecisions[] = []
  let newest: number | null = null
  while (recorded.length < limit) {
    signal.throwIfAborted()
    const [one, other] = [await made.next(), await gathered.next()]
    const told = one === undefined || (other !== undefined && other.index > one.index) ? other : one
    if (told === undefined) break
    newest ??= told.index
    if (told === one) made.take()
    else gathered.take()
    recorded.push({ first: told.first, count: told.count, row: await book.find(told.first) })
  }
  return { recorded, until: newest }
}

/** What entries of one kind tell, newest first, read as it is asked for. */
class Entries {
  readonly #ledger: Sources['ledger']
  readonly #type: string
  #before: { readonly before?: number }
  #ahead: Told[] = []
  #isAll = false

  constructor(ledger: Sources['ledger'], type: string, before: { readonly before?: number }) {
    this.#ledger = ledger
    this.#type = type
    this.#before = before
  }

  async next(): Promise<Told | undefined> {
    if (this.#ahead.length === 0 && !this.#isAll) await this.#read()
    return this.#ahead[0]
  }

  take(): void {
    this.#ahead.shift()
  }

  async #read(): Promise<void> {
    const limit = LEAVES_AT_ONCE
    const leaves = await this.#ledger.list({ type: this.#type }, { limit, ...this.#before })
    this.#isAll = leaves.length < limit
    this.#ahead = leaves.flatMap(toldBy)
    const last = leaves.at(-1)
    if (last) this.#before = { before: last.leaf.index }
  }
}

const DECISION = 'decision/'

function toldBy({ leaf: { index, subject, payload } }: StoredLeaf): readonly Told[] {
  if (subject.startsWith(DECISION)) return [{ index, first: subject.slice(DECISION.length), count: 1 }]
  // The kind of the record has this list.
  const gathered = payload.decisions as readonly { readonly first: string; readonly count: number }[]
  return gathered.map(({ first, count }) => ({ index, first, count })).toReversed()
}
