import { CascadeError, type Clock, isCascadeError } from '#base'
import {
  type CheckpointMirror,
  type Cosigner,
  cosignersOf,
  formatNoteSignature,
  formatVerifierKey,
  judgeSubmission,
  type LedgerStore,
  originHash,
  type ReadSubmission,
  readCosigned,
  readIfReadable,
  readSubmission,
  type StoredCheckpoint,
  SUBMITTED_NOTE_BYTES_MAX,
  type Submission,
  type WitnessedLog,
} from '#ledger'
import type { Grant } from '#store'

/** What a log is answered that submits a checkpoint. */
export type WitnessReply =
  /** Lines of signatures, each with its newline. */
  | { readonly kind: 'cosigned'; readonly lines: string }
  /** Another size was cosigned last: this one. */
  | { readonly kind: 'otherSize'; readonly size: number }

/** A witnessed log, and how far it was seen. */
export interface WitnessedState {
  readonly origin: string
  readonly keys: readonly string[]
  /** 0 while nothing was cosigned. */
  readonly size: number
  /** Milliseconds; undefined while nothing was cosigned. */
  readonly cosignedAt: number | undefined
  /** Why nothing is cosigned for it. */
  readonly trouble: string | undefined
}

export interface WitnessOptions {
  /** Its keys, of one name. */
  readonly cosigners: readonly Cosigner[]
  readonly logs: readonly WitnessedLog[]
  readonly ledger: Pick<LedgerStore, 'checkpoint' | 'keepCheckpoint'>
  /** Where what was cosigned lies a second time, outside of the data folder. */
  readonly mirror: CheckpointMirror | undefined
  /** Asks the gate whether a log may be cosigned for. @throws CascadeError FORBIDDEN. */
  readonly grant: (originHash: string) => Grant<'witness.cosign'>
  /** Records that a log is cosigned for, or forked; it decides whether that is worth a record. */
  readonly tell: (grant: Grant<'witness.cosign'>, told: WitnessTold) => Promise<void>
  readonly clock: Clock
  /** Told of a mirror that cannot be written. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** What happened with a witnessed log. */
export type WitnessTold =
  | { readonly type: 'witness.cosigned'; readonly checkpoint: StoredCheckpoint }
  /** The log signed a tree that is not the one of the same size that was cosigned. */
  | { readonly type: 'witness.fork_seen'; readonly checkpoint: StoredCheckpoint; readonly other: StoredCheckpoint }

/** Submissions of one log that wait for each other. */
export const WAITING_MAX = 16

/**
 * Cosigns checkpoints of other logs, each only when it follows from the one before. What was cosigned is durable before
 * anybody sees the cosignature, and it is kept on condition that nothing was kept since it was judged: of two forks at the
 * same time one is cosigned.
 *
 * @see https://c2sp.org/tlog-witness
 */
export class Witness {
  readonly #options: WitnessOptions
  readonly #logs: ReadonlyMap<string, WitnessedLog>
  readonly #turns = new Map<string, { waiting: number; last: Promise<unknown> }>()
  #isMirrorInTrouble = false

  constructor(options: WitnessOptions) {
    this.#options = options
    this.#logs = new Map(options.logs.map((log) => [log.origin, log]))
  }

  /** Verifier keys, to hand to the logs it witnesses. */
  get keys(): readonly string[] {
    return this.#options.cosigners.map(({ key }) => formatVerifierKey(key))
  }

  /**
   * @param body of `add-checkpoint`.
   * @throws CascadeError VALIDATION_FAILED for a body that is no request, NOT_FOUND for a log that is not witnessed here,
   *   FORBIDDEN for a checkpoint that no known key of the log signed, UNPROCESSABLE for one that is not shown to follow,
   *   UNAVAILABLE where too many wait.
   */
  async addCheckpoint(body: Uint8Array): Promise<WitnessReply> {
    const read = readSubmission(body, this.#logs)
    if (read.kind !== 'signed') throw refusalOf(read)
    const { submission } = read
    const grant = this.#options.grant(originHash(submission.log.origin))
    return this.#inTurn(submission.log.origin, () => this.#answer(submission, grant))
  }

  /** The checkpoint that was cosigned last for the log of this hash, with the cosignatures. @throws CascadeError NOT_FOUND. */
  async checkpoint(hash: string): Promise<string> {
    const log = this.#options.logs.find(({ origin }) => originHash(origin) === hash)
    const last = log && (await this.#last(log))
    if (last === undefined) throw new CascadeError('NOT_FOUND', 'Nothing was cosigned here for a log of this hash.')
    return last.note
  }

  async state(): Promise<readonly WitnessedState[]> {
    return Promise.all(this.#options.logs.map((log) => this.#stateOf(log)))
  }

  async #stateOf(log: WitnessedLog): Promise<WitnessedState> {
    const { last, trouble } = await this.#lastOrTrouble(log)
    const times = [...(last ? cosignersOf(last.note, this.#ownKeys).values() : [])]
    const cosignedAt = times.length > 0 ? Math.max(...times) * 1000 : undefined
    return { origin: log.origin, keys: log.keys.map(formatVerifierKey), size: last?.size ?? 0, cosignedAt, trouble }
  }

  async #lastOrTrouble(
    log: WitnessedLog,
  ): Promise<{ last: StoredCheckpoint | undefined; trouble: string | undefined }> {
    try {
      return { last: await this.#last(log), trouble: undefined }
    } catch (error) {
      if (!isCascadeError(error) || error.code !== 'LEDGER_FORKED') throw error
      return { last: await this.#options.ledger.checkpoint(log.origin), trouble: error.detail }
    }
  }

  get #ownKeys() {
    return this.#options.cosigners.map(({ key }) => key)
  }

  /** One after the other for each log: whoever comes second is judged by what the first one left. */
  async #inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(origin) ?? { waiting: 0, last: Promise.resolve() }
    if (turn.waiting >= WAITING_MAX)
      throw new CascadeError('UNAVAILABLE', `${WAITING_MAX} checkpoints of this log wait already.`)
    turn.waiting++
    // Whether or not the one before went well.
    const mine = turn.last.then(work, work)
    turn.last = mine
    this.#turns.set(origin, turn)
    try {
      return await mine
    } finally {
      turn.waiting--
    }
  }

  async #answer(submission: Submission, grant: Grant<'witness.cosign'>): Promise<WitnessReply> {
    const last = await this.#last(submission.log)
    const verdict = judgeSubmission(submission, last)
    if (verdict.kind === 'otherSize') return verdict
    if (verdict.kind === 'forked') await this.#tellFork(submission, last, grant)
    if (verdict.kind !== 'follows') throw notShown(submission, verdict.kind)
    const lines = this.#cosign(submission.text)
    const { origin, size, root } = submission.checkpoint
    const checkpoint = { origin, size, root, note: submission.note + lines }
    if (last === undefined || size > last.size) {
      const kept = await this.#keep(checkpoint, last?.size ?? 0)
      if (!kept) return { kind: 'otherSize', size: (await this.#last(submission.log))?.size ?? 0 }
    }
    await this.#options.tell(grant, { type: 'witness.cosigned', checkpoint })
    return { kind: 'cosigned', lines }
  }

  #cosign(text: string): string {
    const seconds = Math.floor(this.#options.clock() / 1000)
    return this.#options.cosigners.map(({ cosign }) => formatNoteSignature(cosign(text, seconds))).join('')
  }

  /** False when something was kept since: what was judged counts no more. */
  async #keep(checkpoint: StoredCheckpoint, after: number): Promise<boolean> {
    try {
      await this.#options.ledger.keepCheckpoint(checkpoint, after)
    } catch (error) {
      if (isCascadeError(error) && error.code === 'CONFLICT') return false
      throw error
    }
    await this.#mirror(checkpoint)
    return true
  }

  /**
   * What was cosigned last: as the store has it, or the mirror, where the store is an older copy. What the mirror knows
   * better is kept in the store first, so that what follows can be compared with it.
   *
   * @throws CascadeError LEDGER_FORKED when the two have different trees of one size: another copy of this witness
   *   cosigned, and nothing is cosigned any more.
   */
  async #last(log: WitnessedLog): Promise<StoredCheckpoint | undefined> {
    const { ledger, mirror } = this.#options
    const kept = await ledger.checkpoint(log.origin)
    const note = await readIfReadable(mirror, this.#mirrorName(log.origin))
    const mirrored = note === undefined ? undefined : readCosigned(note, log.origin, this.#ownKeys)
    if (mirrored === undefined || (kept && mirrored.size < kept.size)) return kept
    if (kept?.size === mirrored.size) {
      if (Buffer.compare(kept.root, mirrored.root) === 0) return kept
      throw new CascadeError(
        'LEDGER_FORKED',
        `another copy of this witness cosigned a different tree of ${kept.size} entries; nothing is cosigned for it here`,
      )
    }
    return this.#adopt(log, mirrored, kept?.size ?? 0)
  }

  /** Somebody else may have kept the same, or more, meanwhile. */
  async #adopt(log: WitnessedLog, mirrored: StoredCheckpoint, after: number): Promise<StoredCheckpoint | undefined> {
    try {
      await this.#options.ledger.keepCheckpoint(mirrored, after)
      return mirrored
    } catch (error) {
      if (isCascadeError(error) && error.code === 'CONFLICT') return this.#last(log)
      throw error
    }
  }

  async #mirror({ origin, note }: StoredCheckpoint): Promise<void> {
    try {
      await this.#options.mirror?.write(this.#mirrorName(origin), note)
      this.#isMirrorInTrouble = false
    } catch (error) {
      // The store has it: what it says is enough until somebody puts an older copy of the folder in its place.
      if (!this.#isMirrorInTrouble) this.#options.onTrouble('what was cosigned was not mirrored', error)
      this.#isMirrorInTrouble = true
    }
  }

  /** Several witnesses may have one place for their mirrors. */
  #mirrorName(origin: string): string {
    const [first] = this.#ownKeys
    return `witnessed.${(first?.keyHash ?? 0).toString(16).padStart(8, '0')}.${originHash(origin)}`
  }

  async #tellFork(
    { checkpoint: { origin, size, root }, note }: Submission,
    last: StoredCheckpoint | undefined,
    grant: Grant<'witness.cosign'>,
  ): Promise<void> {
    if (last === undefined) return
    await this.#options.tell(grant, {
      type: 'witness.fork_seen',
      checkpoint: last,
      other: { origin, size, root, note },
    })
  }
}

function refusalOf(read: Exclude<ReadSubmission, { readonly kind: 'signed' }>): CascadeError {
  switch (read.kind) {
    case 'malformed':
      return new CascadeError(
        'VALIDATION_FAILED',
        'The body is no request of tlog-witness: old size, proof, checkpoint.',
      )
    case 'tooLong':
      return new CascadeError(
        'VALIDATION_FAILED',
        `A checkpoint with the signatures of its log has at most ${SUBMITTED_NOTE_BYTES_MAX} bytes; got ${read.bytes}. Leave out lines after the root, and signatures that are there twice.`,
      )
    case 'unknownLog':
      return new CascadeError('NOT_FOUND', 'The log of this checkpoint is not witnessed here.')
    case 'unsigned':
      return new CascadeError('FORBIDDEN', 'No key of this log that is known here signed the checkpoint.')
  }
}

const notShown = ({ checkpoint, oldSize }: Submission, kind: 'unproven' | 'forked'): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    kind === 'forked'
      ? `Another tree of ${checkpoint.size} entries was cosigned: the log has forked.`
      : `The proof does not show that the tree of ${checkpoint.size} entries follows from that of ${oldSize}.`,
  )
