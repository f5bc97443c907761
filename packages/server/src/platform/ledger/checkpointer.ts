import { CascadeError, isSameBytes, messageOf } from '#base'
import { type CheckpointMirror, readIfReadable } from './checkpoint-mirror.ts'
import type { LedgerStore, StoredCheckpoint } from './ledger-store.ts'
import { verifyConsistency } from './merkle/index.ts'
import { formatCheckpoint, type NoteSigner, signNote } from './note/index.ts'

/** New leaves after which a checkpoint is signed at once. */
const LEAVES_DUE = 256
/** The longest that new leaves wait for a checkpoint, and how often is looked whether there are so many. */
const DUE_MS = 1000
const LOOK_MS = 100

export interface CheckpointerOptions {
  readonly ledger: Pick<LedgerStore, 'grow' | 'proveConsistency' | 'checkpoint' | 'keepCheckpoint'>
  /** Index of the newest leaf. */
  readonly head: () => number
  readonly origin: string
  /** Who signs, to begin with: the active key first; while keys change, the one before as well. */
  readonly signers: readonly NoteSigner[]
  /** What was signed last; undefined for a log that begins. */
  readonly last: StoredCheckpoint | undefined
  readonly mirror: CheckpointMirror | undefined
  /** Told once of what keeps it from signing, and once of what keeps it from mirroring, until that goes well again. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

/**
 * Signs what the log comes to, every second or 256 leaves. A checkpoint is signed only when it extends the last one, and is
 * durable before anybody sees it: a log that ever signs two histories has proved itself false. The mirror follows: it may
 * lag behind, and it never says what the store does not hold.
 */
export class Checkpointer implements AsyncDisposable {
  readonly #options: CheckpointerOptions
  #signers: readonly NoteSigner[]
  #last: StoredCheckpoint | undefined
  #timer: NodeJS.Timeout | undefined
  /** What is under way of `sign` and `exclusive`, one after the other. */
  #turn: Promise<unknown> | undefined
  #waitedMs = 0
  #isInTrouble = false
  /** The store was asked to keep a checkpoint, and has not said that it did. */
  #isUnsure = false
  /** The note that the mirror was given last by this process. */
  #mirrored: string | undefined
  #isMirrorInTrouble = false
  /** Why nothing more is signed: somebody else was seen to sign for the origin, or holds what this log does not. */
  #fork: CascadeError | undefined

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#signers = options.signers
    this.#last = options.last
  }

  /** The newest that is signed and durable. */
  get last(): StoredCheckpoint | undefined {
    return this.#last
  }

  /** Others sign from the next checkpoint on: the active key first, and while keys change the one before as well. */
  signWith(signers: readonly NoteSigner[]): void {
    this.#signers = signers
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /**
   * Signs all leaves that are durable by now, and tells what is signed. A mirror that cannot be written is told of, and
   * tried again: what was signed stands without it.
   *
   * @throws CascadeError DATA_CORRUPT when the log does not extend what was signed, LEDGER_FORKED when another copy of it
   *   signs as well; storage failures of the store.
   */
  async sign(): Promise<StoredCheckpoint> {
    return this.exclusive(this.#sign)
  }

  /** Does something while nothing is signed. What it throws is thrown here, and keeps nothing from being signed after it. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    // One after the other, whether or not the one before went well: each rests on what is signed by then.
    const before = this.#turn
    const turn = before === undefined ? work() : before.then(work, work)
    this.#turn = turn
    try {
      return await turn
    } finally {
      if (this.#turn === turn) this.#turn = undefined
    }
  }

  /** Signs nothing more: `fork` says what was seen that this log does not contain. The first one stays. */
  stop(fork: CascadeError): void {
    if (this.#fork) return
    this.#fork = fork
    this.#options.onTrouble(`no checkpoint of the log is signed any more: ${fork.detail}`, fork)
  }

  /** Why nothing more is signed. */
  get fork(): CascadeError | undefined {
    return this.#fork
  }

  /** Signs what is left, where that is possible, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#try()
  }

  async #look(): Promise<void> {
    this.#waitedMs += LOOK_MS
    const fresh = this.#options.head() + 1 - (this.#last?.size ?? 0)
    if (this.#turn || (fresh === 0 && !this.#isBehind)) return
    if (fresh < LEAVES_DUE && this.#waitedMs < DUE_MS) return
    this.#waitedMs = 0
    await this.#try()
  }

  async #try(): Promise<void> {
    try {
      await this.sign()
      this.#isInTrouble = false
    } catch (error) {
      // The log goes on without: what is not signed now is signed with what comes.
      if (!this.#isInTrouble) this.#options.onTrouble(`no checkpoint of the log was signed: ${messageOf(error)}`, error)
      this.#isInTrouble = true
    }
  }

  #sign = async (): Promise<StoredCheckpoint> => {
    const checkpoint = await this.#extend()
    if (this.#isBehind) await this.#mirror(checkpoint)
    return checkpoint
  }

  async #extend(): Promise<StoredCheckpoint> {
    const { ledger, origin } = this.#options
    const { size, root } = await ledger.grow()
    const last = await this.#settleLast()
    if (last && size === last.size && isSameBytes(root, last.root)) return last
    if (last) await this.#assertExtends(last, size, root)
    await this.#assertAlone()
    const note = signNote(formatCheckpoint({ origin, size, root, extensions: [] }), this.#signers)
    const checkpoint = { origin, size, root, note }
    this.#isUnsure = true
    await ledger.keepCheckpoint(checkpoint)
    this.#isUnsure = false
    this.#last = checkpoint
    return checkpoint
  }

  /** A disk or a thread that failed while a checkpoint was kept may have kept it all the same. */
  async #settleLast(): Promise<StoredCheckpoint | undefined> {
    if (this.#isUnsure) this.#last = await this.#options.ledger.checkpoint(this.#options.origin)
    this.#isUnsure = false
    return this.#last
  }

  /** True from the start on, until the mirror was given the last checkpoint: the process before may have ended in between. */
  get #isBehind(): boolean {
    return this.#options.mirror !== undefined && this.#mirrored !== this.#last?.note
  }

  async #mirror({ origin, note }: StoredCheckpoint): Promise<void> {
    try {
      await this.#options.mirror?.write(origin, note)
      this.#mirrored = note
      this.#isMirrorInTrouble = false
    } catch (error) {
      if (!this.#isMirrorInTrouble)
        this.#options.onTrouble(`the last checkpoint of the log was not mirrored: ${messageOf(error)}`, error)
      this.#isMirrorInTrouble = true
    }
  }

  /** Whoever else writes the mirror signs for the same origin: a copy of this folder that runs as well. */
  async #assertAlone(): Promise<void> {
    const { origin, mirror } = this.#options
    if (mirror && !this.#fork && this.#mirrored !== undefined && !this.#isMirrorInTrouble) {
      const there = await readIfReadable(mirror, origin)
      if (there !== undefined && there !== this.#mirrored)
        this.#fork = new CascadeError(
          'LEDGER_FORKED',
          `another copy of this log signs as well, and wrote to ${mirror.place}; nothing more is signed here`,
        )
    }
    if (this.#fork) throw this.#fork
  }

  async #assertExtends(last: StoredCheckpoint, size: number, root: Uint8Array): Promise<void> {
    const isLonger = size > last.size
    const proof = isLonger ? await this.#options.ledger.proveConsistency(last.size, size) : []
    if (isLonger && verifyConsistency({ from: last.size, to: size, fromRoot: last.root, toRoot: root, proof })) return
    throw new CascadeError(
      'DATA_CORRUPT',
      `the log of ${size} entries does not extend the checkpoint that was signed of ${last.size}`,
    )
  }
}
