import { CascadeError, isSameBytes, messageOf } from '#base'
import type { CheckpointMirror } from './checkpoint-mirror.ts'
import type { LedgerStore, StoredCheckpoint } from './ledger-store.ts'
import { verifyConsistency } from './merkle/index.ts'
import { formatCheckpoint, type NoteSigner, signNote } from './note/index.ts'

/** New leaves after which a checkpoint is signed at once. */
const LEAVES_DUE = 256
/** The longest that new leaves wait for a checkpoint, and how often is looked whether there are so many. */
const DUE_MS = 1000
const LOOK_MS = 100

export interface CheckpointerOptions {
  readonly ledger: Pick<LedgerStore, 'grow' | 'proveConsistency' | 'keepCheckpoint'>
  /** Index of the newest leaf. */
  readonly head: () => number
  readonly origin: string
  /** The active key first; while keys change, the one before as well. */
  readonly signers: readonly NoteSigner[]
  /** What was signed last; undefined for a log that begins. */
  readonly last: StoredCheckpoint | undefined
  readonly mirror: CheckpointMirror | undefined
  /** Told once of what keeps it from signing or mirroring, until it goes well again. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

/**
 * Signs what the log comes to, every second or 256 leaves. A checkpoint is signed only when it extends the last one, and is
 * durable before anybody sees it: a log that ever signs two histories has proved itself false.
 */
export class Checkpointer implements AsyncDisposable {
  readonly #options: CheckpointerOptions
  #last: StoredCheckpoint | undefined
  #timer: NodeJS.Timeout | undefined
  #signing: Promise<StoredCheckpoint> | undefined
  #waitedMs = 0
  #isInTrouble = false

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#last = options.last
  }

  /** The newest that is signed and durable. */
  get last(): StoredCheckpoint | undefined {
    return this.#last
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /**
   * Signs all leaves that are durable by now, and tells what is signed.
   *
   * @throws CascadeError DATA_CORRUPT when the log does not extend what was signed; storage failures of the store.
   */
  async sign(): Promise<StoredCheckpoint> {
    // One after the other: each rests on the one before.
    for (;;) {
      const running = this.#signing
      if (running === undefined) break
      await Promise.allSettled([running])
    }
    this.#signing = this.#sign().finally(() => {
      this.#signing = undefined
    })
    return this.#signing
  }

  /** Signs what is left, where that is possible, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#try()
  }

  async #look(): Promise<void> {
    this.#waitedMs += LOOK_MS
    const fresh = this.#options.head() + 1 - (this.#last?.size ?? 0)
    if (this.#signing || fresh === 0 || (fresh < LEAVES_DUE && this.#waitedMs < DUE_MS)) return
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

  async #sign(): Promise<StoredCheckpoint> {
    const { ledger, origin, signers } = this.#options
    const { size, root } = await ledger.grow()
    const last = this.#last
    if (last && size === last.size && isSameBytes(root, last.root)) return last
    if (last) await this.#assertExtends(last, size, root)
    const note = signNote(formatCheckpoint({ origin, size, root, extensions: [] }), signers)
    const checkpoint = { origin, size, root, note }
    await ledger.keepCheckpoint(checkpoint)
    this.#last = checkpoint
    await this.#options.mirror?.write(origin, note)
    return checkpoint
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
