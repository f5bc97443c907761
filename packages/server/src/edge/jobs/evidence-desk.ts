import type { EvidenceQuery } from '@forge-cascade/contract'
import { CascadeError, type Clock, toRfc3339 } from '#base'
import type { Call } from '#capsules'
import { type ProvenEntry, type SealBundle, writeBundle, type ZipFile } from '#evidence'
import { hashLeaf, type LedgerStore, type StoredCheckpoint, verifyInclusion } from '#ledger'
import type { UnitOfWork } from '#store'
import { DecisionCarrier, type KeptDecisions } from './decision-carrier.ts'
import type { LedgerDesk } from './ledger-desk.ts'
import { selectEvidence, type ToldEntry } from './select-evidence.ts'
import { tellOnce } from './tell-once.ts'

/** What a bundle tells of itself to people. */
export interface ToldBundle {
  readonly origin: string
  readonly size: number
  readonly madeAt: string
  readonly query: EvidenceQuery
  readonly entries: readonly ToldEntry[]
}

export interface EvidenceDeskOptions {
  readonly desk: Pick<LedgerDesk, 'keys' | 'covering' | 'seal'>
  readonly ledger: Pick<LedgerStore, 'list' | 'find' | 'proveInclusion'>
  readonly store: Pick<UnitOfWork, 'append'>
  /** Index of the newest entry. */
  readonly head: () => number
  readonly clock: Clock
  /** Name and version of the program. */
  readonly madeBy: string
  /** What goes in beside entries and proofs: the report, the rules in force, the bill of materials. */
  readonly more: (told: ToldBundle) => readonly ZipFile[]
  /** What goes in where decisions are to be decided again. */
  readonly decisions: KeptDecisions
}

/** Entries that are read and proven together. */
const PROVEN_AT_ONCE = 50

/** Takes entries of the log out, with what proves them, for whoever is to verify them elsewhere. */
export class EvidenceDesk {
  readonly #options: EvidenceDeskOptions
  #isBusy = false

  constructor(options: EvidenceDeskOptions) {
    this.#options = options
  }

  /**
   * The bytes of a bundle, piece by piece. All entries that are durable by now are covered by its checkpoint. Every entry was
   * proven, and the log was told of it, before there is a byte: what can be wrong is known to whoever asks as an answer.
   *
   * @throws CascadeError RATE_LIMITED while another is made, NOT_FOUND where no entry matches, DATA_CORRUPT for an entry that is
   *   not the one that was signed, CONFLICT when the key of the log was changed meanwhile, STORAGE_FULL where the log cannot be
   *   told, VALIDATION_FAILED and UNPROCESSABLE as `selectEvidence`, UNPROCESSABLE for more bytes than a bundle holds, what
   *   `DecisionCarrier` throws where decisions are asked for; and the reason of `signal`.
   */
  async export(
    call: Call<'evidence.export'>,
    query: EvidenceQuery,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    if (this.#isBusy) throw new CascadeError('RATE_LIMITED', 'A bundle is being made; ask again in a while.')
    this.#isBusy = true
    const release = () => {
      this.#isBusy = false
    }
    try {
      return endingWith(await this.#export(call, query, signal), release)
    } catch (error) {
      release()
      throw error
    }
  }

  async #export(call: Call<'evidence.export'>, query: EvidenceQuery, signal: AbortSignal) {
    const { desk, ledger, head, clock, madeBy, more } = this.#options
    // Before the checkpoint: whoever has these keys is to verify both that and the seal.
    const keys = await desk.keys()
    const checkpoint = await desk.covering(head())
    const entries = await selectEvidence(ledger, query, checkpoint, signal)
    // A bundle of nothing would prove nothing, and look as though it did.
    if (entries.length === 0)
      throw new CascadeError('NOT_FOUND', 'No entry of the log matches; there is nothing to prove.')
    const madeAt = toRfc3339(clock())
    const { origin, size } = checkpoint
    const carrier = query.decisions ? new DecisionCarrier(this.#options.decisions) : undefined
    return writeBundle(
      {
        ...{ madeAt, madeBy, query, checkpoint },
        keys,
        entries: () => this.#proven(entries, { checkpoint, carrier, signal }),
        ...(carrier && { policies: () => carrier.policies() }),
        more: () => more({ origin, size, madeAt, query, entries }),
      },
      this.#seal(call, { size, active: keys[0], signal }),
    )
  }

  async *#proven(
    entries: readonly ToldEntry[],
    { checkpoint, carrier, signal }: Proving,
  ): AsyncGenerator<readonly ProvenEntry[], void, undefined> {
    for (let at = 0; at < entries.length; at += PROVEN_AT_ONCE) {
      signal.throwIfAborted()
      const page = entries.slice(at, at + PROVEN_AT_ONCE)
      yield await Promise.all(page.map(({ index }) => this.#prove(index, checkpoint, carrier)))
    }
  }

  /** @throws CascadeError DATA_CORRUPT for an entry that is not the one that was signed. */
  async #prove(index: number, { size, root }: StoredCheckpoint, carrier?: DecisionCarrier): Promise<ProvenEntry> {
    const { ledger } = this.#options
    const [found, hashes] = await Promise.all([ledger.find(index), ledger.proveInclusion(index, size)])
    const bytes = Buffer.from(found?.text ?? '')
    if (!verifyInclusion({ index, size, leafHash: hashLeaf(bytes), proof: hashes, root }))
      throw new CascadeError('DATA_CORRUPT', `Entry ${index} is not the one that was signed: its proof fails.`)
    const decisions = await carrier?.carry(index, bytes)
    return { index, bytes, hashes, ...(decisions && { decisions }) }
  }

  #seal(call: Call<'evidence.export'>, { size, active, signal }: Sealing): SealBundle {
    const { desk, store } = this.#options
    return async ({ text, digest, entries }) => {
      // Of one that nobody waits for the log says nothing.
      signal.throwIfAborted()
      const payload = { manifest: digest, entries, size }
      await this.#assertActive(active)
      await tellOnce(store, call, { subject: 'system/ledger', type: 'evidence.exported', payload })
      await this.#assertActive(active)
      return desk.seal(text)
    }
  }

  /** @throws CascadeError CONFLICT where another key would seal: the bundle would not verify with what it names. */
  async #assertActive(key: string | undefined): Promise<void> {
    const [active] = await this.#options.desk.keys()
    if (active !== key) throw new CascadeError('CONFLICT', 'The key of the log was changed meanwhile; export again.')
  }
}

interface Proving {
  readonly checkpoint: StoredCheckpoint
  /** Left out where nothing of decisions goes in. */
  readonly carrier: DecisionCarrier | undefined
  readonly signal: AbortSignal
}

interface Sealing {
  /** Entries that the checkpoint covers. */
  readonly size: number
  /** The key that the bundle names as the one that sealed it. */
  readonly active: string | undefined
  readonly signal: AbortSignal
}

/** The same, and `end` is called when it came to its end, broke, or is wanted no more, begun or not. */
function endingWith<T>(source: AsyncGenerator<T, void, undefined>, end: () => void): AsyncIterableIterator<T> {
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: async () => {
      try {
        const result = await source.next()
        if (result.done) end()
        return result
      } catch (error) {
        end()
        throw error
      }
    },
    return: async () => {
      end()
      await source.return()
      return { done: true, value: undefined }
    },
  }
}
