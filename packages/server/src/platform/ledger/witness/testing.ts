import type { StoredCheckpoint } from '../ledger-store.ts'
import { DefinedTree } from '../merkle/testing.ts'
import {
  createEd25519Signer,
  formatAddCheckpoint,
  formatCheckpoint,
  type NoteSigner,
  signNote,
  type VerifierKey,
} from '../note/index.ts'
import { newEd25519 } from '../note/testing.ts'

/** A log with several histories: what one that forks, or is forged with its key, can show to others. */
export class ForkedLog {
  readonly origin: string
  readonly signers: readonly NoteSigner[]
  readonly #histories: readonly DefinedTree[]
  readonly #checkpoints = new Map<string, StoredCheckpoint>()

  /** @param forks for each further history, after how many entries it leaves the first one. */
  constructor(origin: string, size: number, forks: readonly number[] = [], signers?: readonly NoteSigner[]) {
    this.origin = origin
    this.signers = signers ?? [createEd25519Signer(origin, newEd25519())]
    this.#histories = [Number.POSITIVE_INFINITY, ...forks].map((from, history) => {
      const entries = Array.from({ length: size }, (_, at) => `${at}${at >= from ? ` of history ${history}` : ''}`)
      return new DefinedTree(entries.map((entry) => Buffer.from(entry)))
    })
  }

  get keys(): readonly VerifierKey[] {
    return this.signers.map(({ key }) => key)
  }

  root(size: number, history = 0): Uint8Array {
    return this.#tree(history).root(0, size)
  }

  checkpoint(size: number, history = 0): StoredCheckpoint {
    const name = `${history}:${size}`
    const checkpoint = this.#checkpoints.get(name) ?? this.#sign(size, history)
    this.#checkpoints.set(name, checkpoint)
    return checkpoint
  }

  #sign(size: number, history: number): StoredCheckpoint {
    const { origin } = this
    const root = this.root(size, history)
    return {
      origin,
      size,
      root,
      note: signNote(formatCheckpoint({ origin, size, root, extensions: [] }), this.signers),
    }
  }

  proof(from: number, to: number, history = 0): readonly Uint8Array[] {
    return from === 0 || from > to ? [] : this.#tree(history).subproof(from, 0, to)
  }

  /** A body of `add-checkpoint`, by default one that is right. */
  request(oldSize: number, size: number, { history = 0, proof = this.proof(oldSize, size, history) } = {}): Buffer {
    return Buffer.from(formatAddCheckpoint({ oldSize, proof, checkpoint: this.checkpoint(size, history).note }))
  }

  #tree(history: number): DefinedTree {
    const tree = this.#histories[history]
    if (tree === undefined) throw new RangeError(`the log has no history ${history}`)
    return tree
  }
}
