import { CascadeError, type Clock, isCascadeError } from '#base'
import type { CapsuleStore } from '../capsule-store.ts'
import type { Embedder } from '../embedding/index.ts'
import type { Unembedded, VersionVector } from '../embedding-spaces.ts'
import { embeddedText } from '../use-cases/draft.ts'

export interface SpaceFillerOptions {
  readonly capsules: Pick<CapsuleStore, 'listUnembedded'>
  readonly clock: Clock
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** Versions with their vectors, ready to be written. */
export interface FilledBatch {
  readonly vectors: readonly VersionVector[]
  readonly model: string
  readonly cursor: string | undefined
}

/** Versions in a step: a few milliseconds of the writer's time. */
export const BATCH_MAX = 128
/** What every embedder can read; asked to tell a text that is refused from an embedder that is away. */
const PROBE_TEXT = 'memory'
/** Time over which the speed is told. */
const WINDOW_MS = 30_000

/** Makes the vectors that a space lacks, a batch at a time, from the newest head to the oldest version. */
export class SpaceFiller {
  readonly #options: SpaceFillerOptions
  #model = ''
  #cursor: string | undefined
  #size = BATCH_MAX
  #refused = 0
  #windowFrom = 0
  #windowCount = 0
  #perSecond: number | null = null

  constructor(options: SpaceFillerOptions) {
    this.#options = options
  }

  /**
   * The next vectors; undefined when a look from the beginning found nothing missing.
   *
   * @throws CascadeError EMBEDDER_UNAVAILABLE, EMBEDDING_MISMATCH; the same versions come again at the next call.
   */
  async next(embedder: Embedder, signal: AbortSignal): Promise<FilledBatch | undefined> {
    const { model } = embedder
    if (model !== this.#model) this.#begin(model)
    const { items, next } = await this.#list(model)
    if (items.length === 0) return undefined
    try {
      const vectors = await embedAll(embedder, items, signal)
      this.#size = Math.min(BATCH_MAX, this.#size * 2)
      return { vectors, model, cursor: next }
    } catch (error) {
      signal.throwIfAborted()
      // Smaller batches find the one text that the model does not take.
      if (items.length > 1 && isUnavailable(error)) this.#size = Math.ceil(items.length / 2)
      if (items.length > 1 || !isUnavailable(error)) throw error
      return { vectors: await this.#giveUp(embedder, items[0]!, error, signal), model, cursor: next }
    }
  }

  wrote({ vectors, cursor }: FilledBatch): void {
    this.#cursor = cursor
    this.#windowCount += vectors.length
    const passedMs = this.#options.clock() - this.#windowFrom
    if (passedMs > 0) this.#perSecond = (this.#windowCount * 1000) / passedMs
    if (passedMs < WINDOW_MS) return
    this.#windowFrom = this.#options.clock()
    this.#windowCount = 0
  }

  progress(): { readonly perSecond: number | null; readonly refused: number } {
    return { perSecond: this.#perSecond, refused: this.#refused }
  }

  #begin(model: string): void {
    this.#model = model
    this.#cursor = undefined
    this.#size = BATCH_MAX
    this.#refused = 0
    this.#perSecond = null
    this.#windowFrom = this.#options.clock()
    this.#windowCount = 0
  }

  /** From the cursor on; at the end from the beginning again, for what was written meanwhile. */
  async #list(model: string) {
    const { capsules } = this.#options
    const page = await capsules.listUnembedded(model, { limit: this.#size, cursor: this.#cursor })
    if (page.items.length > 0 || this.#cursor === undefined) return page
    this.#cursor = undefined
    return capsules.listUnembedded(model, { limit: this.#size })
  }

  /** An embedder that takes another text refuses this one: it has no place in the space, and is found by its words. */
  async #giveUp(
    embedder: Embedder,
    { id, version }: Unembedded,
    error: CascadeError,
    signal: AbortSignal,
  ): Promise<readonly VersionVector[]> {
    try {
      await embedder.embed([PROBE_TEXT], 'document', signal)
    } catch {
      throw error
    }
    this.#refused++
    this.#options.warn('the model refuses a text', {
      capsule: id,
      version,
      model: embedder.model,
      reason: error.detail,
    })
    return [{ id, version, vector: null }]
  }
}

/** @throws CascadeError EMBEDDING_MISMATCH for vectors of another length than the embedder says. */
async function embedAll(
  embedder: Embedder,
  items: readonly Unembedded[],
  signal: AbortSignal,
): Promise<readonly VersionVector[]> {
  const vectors = await embedder.embed(items.map(embeddedText), 'document', signal)
  return items.map(({ id, version }, index) => {
    const vector = vectors[index]
    if (vector?.length !== embedder.dimensions) {
      const detail = `${embedder.model} gives ${vector?.length ?? 'no'} dimensions, not ${embedder.dimensions}`
      throw new CascadeError('EMBEDDING_MISMATCH', detail)
    }
    return { id, version, vector: vector.some((value) => value !== 0) ? vector : null }
  })
}

const isUnavailable = (error: unknown): error is CascadeError =>
  isCascadeError(error) && error.code === 'EMBEDDER_UNAVAILABLE'
