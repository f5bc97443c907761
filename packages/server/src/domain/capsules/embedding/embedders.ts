import { CascadeError } from '#base'
import type { Embedder } from './embedder.ts'

/** The embedders an instance works with at the moment: one, or two while the model of its vectors is being changed. */
export class Embedders {
  #active: Embedder
  #shadow: Embedder | undefined

  constructor(active: Embedder) {
    this.#active = active
  }

  /** Its vectors are those that questions are asked with. */
  get active(): Embedder {
    return this.#active
  }

  /** New texts get a vector of this one too. */
  get shadow(): Embedder | undefined {
    return this.#shadow
  }

  /** Drops what the embedders remember of texts. */
  forget(): void {
    for (const embedder of [this.#active, this.#shadow]) embedder?.forget?.()
  }

  use(active: Embedder, shadow: Embedder | undefined): void {
    this.#active = active
    this.#shadow = shadow
  }
}

/** Stands for a model whose embedder is not there any more: every call is refused, with what becomes of it. */
export function absentEmbedder(model: string, dimensions: number, successor: string): Embedder {
  const detail = `The vectors are those of ${model}, which is not configured any more; ${successor} is to replace it.`
  return {
    model,
    dimensions,
    sees: 'sentences',
    embed: () => Promise.reject(new CascadeError('EMBEDDER_UNAVAILABLE', detail)),
    async [Symbol.asyncDispose]() {
      // There is nothing behind it.
    },
  }
}

/** The same embedder under another name. */
export const renamed = (inner: Embedder, model: string): Embedder => ({
  model,
  dimensions: inner.dimensions,
  sees: inner.sees,
  embed: (...call) => inner.embed(...call),
  forget: () => inner.forget?.(),
  [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
})
