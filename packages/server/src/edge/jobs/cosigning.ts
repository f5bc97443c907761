import { CascadeError, type Clock, isCascadeError, isWithin, messageOf } from '#base'
import type { HealthFinding } from '#boot'
import {
  addCosignatures,
  type CosignedCheckpoint,
  cosignersOf,
  findDoubt,
  type LedgerStore,
  type StoredCheckpoint,
  type VerifierKey,
  type WitnessLink,
} from '#ledger'
import type { KernelLog } from '#lifecycle'
import type { CosignedNotes } from './cosigned-notes.ts'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'
import type { SigningLog } from './open-log.ts'
import { type Submitted, submitCheckpoint } from './submit-checkpoint.ts'

export interface CosigningOptions {
  readonly signed: SigningLog
  readonly ledger: Pick<LedgerStore, 'grow' | 'rootAt' | 'checkpoint' | 'proveConsistency'>
  readonly links: readonly WitnessLink[]
  readonly notes: CosignedNotes
  /** Milliseconds from one submission to the next. */
  readonly everyMs: number
  /** Has the gate carry out a submission, which is not taken back. @throws CascadeError FORBIDDEN, and what `work` throws. */
  readonly carryOut: <T>(work: () => Promise<T>) => Promise<T>
  readonly clock: Clock
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** Who witnesses this log, and how far. */
export interface LinkState {
  readonly url: string
  /** Entries of the newest checkpoint it cosigned; 0 for none. */
  readonly size: number
  /** Milliseconds. */
  readonly cosignedAt: number | undefined
  /** Why it does not cosign now. */
  readonly trouble: string | undefined
}

/** How a witness behaved lately. */
interface Standing {
  failures: number
  triedAt: number
  trouble: string | undefined
}

/** After a failure a witness is left alone so long, and twice as long after each further one. */
export const RETRY_MS = { first: 5_000, last: 10 * 60_000 } as const

/**
 * Has witnesses cosign what the log signs, as it grows. What they answer counts when it verifies. A witness that doubts is
 * asked for what it holds: what this log does not contain and its own key signed, or one that is not known here and for which
 * the witness stands, ends the signing.
 */
export class Cosigning implements AsyncDisposable {
  readonly #options: CosigningOptions
  readonly #looks: Looks
  readonly #standings: ReadonlyMap<WitnessLink, Standing>

  constructor(options: CosigningOptions) {
    this.#options = options
    this.#standings = new Map(options.links.map((link) => [link, { failures: 0, triedAt: 0, trouble: undefined }]))
    this.#looks = new Looks((signal) => this.round(signal), options.everyMs, options.every, options.halt)
  }

  /** What witnesses cosigned. */
  get cosigned(): readonly CosignedCheckpoint[] {
    return this.#options.notes.all
  }

  /** For probes, which anyone may read. */
  get finding(): HealthFinding {
    const states = this.state
    const troubled = states.filter(({ trouble }) => trouble !== undefined).length
    const size = Math.max(0, ...states.map((state) => state.size))
    const detail = `${states.length - troubled} of ${states.length} witnesses cosign, up to ${size} entries`
    return { status: troubled === 0 ? 'ok' : 'degraded', detail }
  }

  get state(): readonly LinkState[] {
    const { links, notes } = this.#options
    return links.map((link) => {
      const kept = notes.of(link)
      const times = kept ? [...cosignersOf(kept.note, link.keys).values()] : []
      const cosignedAt = times.length > 0 ? Math.max(...times) * 1000 : undefined
      return { url: link.url, size: kept?.size ?? 0, cosignedAt, trouble: this.#standingOf(link).trouble }
    })
  }

  /**
   * The state, for which each witness was asked once at least: an instance that lives for one command ends before its first
   * turn. Never rejects.
   */
  async stateAsked(): Promise<readonly LinkState[]> {
    if ([...this.#standings.values()].some(({ triedAt }) => triedAt === 0)) await this.#looks.now()
    return this.state
  }

  /** Submissions that are under way are broken off. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  /** Submits the newest checkpoint to those that have not cosigned it. Never rejects. */
  async round(signal: AbortSignal): Promise<void> {
    const { signed, links, notes, log } = this.#options
    const checkpoint = signed.checkpointer.last
    if (checkpoint === undefined || signed.checkpointer.fork) return
    const due = links.filter((link) => this.#isDue(link, checkpoint))
    if (due.length === 0) return
    try {
      const notesOf = await this.#options.carryOut(() =>
        Promise.all(due.map(async (link) => [link, await this.#submit(link, checkpoint, signal)] as const)),
      )
      const by = notesOf.flatMap(([link, note]) => (note === undefined ? [] : [{ link, note }]))
      const before = notes.all.find(({ note, size }) => size === checkpoint.size && note.startsWith(textOf(checkpoint)))
      const note = by.reduce((all, one) => merge(all, one.note, one.link), before?.note ?? checkpoint.note)
      if (by.length > 0) await notes.keep(note, [...by.map(({ link }) => link), ...this.#holdersOf(checkpoint.size)])
    } catch (error) {
      log.warn('what witnesses cosigned was not kept', { reason: messageOf(error) })
    }
  }

  #standingOf(link: WitnessLink): Standing {
    const standing = this.#standings.get(link)
    if (standing === undefined) throw new CascadeError('INTERNAL', `${link.url} is no witness of this log.`)
    return standing
  }

  #isDue(link: WitnessLink, { size }: StoredCheckpoint): boolean {
    const { failures, triedAt } = this.#standingOf(link)
    const waitMs = failures === 0 ? 0 : Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** (failures - 1))
    return (this.#options.notes.of(link)?.size ?? 0) < size && !isWithin(this.#options.clock(), triedAt, waitMs)
  }

  /** Those whose newest note is of this size: they get the one with more cosignatures too. */
  #holdersOf(size: number): readonly WitnessLink[] {
    const { links, notes } = this.#options
    return links.filter((link) => notes.of(link)?.size === size)
  }

  /** The note with its cosignature; undefined where there is none, which is told of. */
  async #submit(link: WitnessLink, checkpoint: StoredCheckpoint, signal: AbortSignal): Promise<string | undefined> {
    const { ledger, notes, clock } = this.#options
    const standing = this.#standingOf(link)
    standing.triedAt = clock()
    try {
      const oldSize = notes.of(link)?.size ?? 0
      const submitted = await submitCheckpoint(link, { ledger, checkpoint, oldSize, signal })
      if (submitted.kind === 'doubted') await this.#lookInto(link, signal)
      return this.#note(link, submitted)
    } catch (error) {
      if (signal.aborted) return undefined
      if (isCascadeError(error) && error.code === 'LEDGER_FORKED') this.#options.signed.checkpointer.stop(error)
      return this.#note(link, { kind: 'refused', why: isCascadeError(error) ? error.detail : messageOf(error) })
    }
  }

  /**
   * @throws CascadeError LEDGER_FORKED when the witness shows what this log signed and does not contain, or what it cosigned
   *   of this log for a key that is not known here.
   */
  async #lookInto(link: WitnessLink, signal: AbortSignal): Promise<void> {
    const { ledger, signed, log } = this.#options
    const note = await link.checkpoint(signed.origin, signal)
    if (note === undefined) return
    const countsUpTo = (key: VerifierKey): number => signed.countsUpTo(key)
    const onTrouble = (message: string): void => log.warn(message, { witness: link.url })
    const own = { ledger, origin: signed.origin, keys: signed.keys, countsUpTo, onTrouble }
    const doubt = await findDoubt(own, { note, place: `that ${link.url} cosigned`, cosigners: link.keys })
    if (doubt) throw doubt
  }

  #note(link: WitnessLink, submitted: Submitted): string | undefined {
    const standing = this.#standingOf(link)
    if (submitted.kind === 'cosigned') {
      if (standing.trouble !== undefined) this.#options.log.info('a witness cosigns again', { witness: link.url })
      Object.assign(standing, { failures: 0, trouble: undefined })
      return submitted.note
    }
    // The first failure is told of, and each new reason.
    if (standing.trouble !== submitted.why)
      this.#options.log.warn('a witness does not cosign', { witness: link.url, reason: submitted.why })
    Object.assign(standing, { failures: standing.failures + 1, trouble: submitted.why })
    return undefined
  }
}

const textOf = ({ note }: StoredCheckpoint): string => note.slice(0, note.lastIndexOf('\n\n') + 2)

/** The note with the cosignatures of this witness that stand on the other one. */
function merge(note: string, other: string, { keys }: WitnessLink): string {
  return addCosignatures(note, other.slice(other.lastIndexOf('\n\n') + 2), keys) ?? note
}
