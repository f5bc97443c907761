import type { Subject } from '#identity'

/** What a text is embedded for. Models trained on pairs tell the two apart; others ignore it. */
export type EmbeddingPurpose = 'document' | 'query'

/**
 * What of a text its vector tells. `words`: what each of its words means, added up. `sentences`: what they say together, as
 * models tell it that read each word by those around it.
 */
export type Sight = 'words' | 'sentences'

/** For whom and for what a text is embedded, for who chooses among providers by it. */
export interface EmbeddingOrigin {
  /** Left out where the instance works for itself. */
  readonly action?: string
  readonly subject?: Pick<Subject, 'id' | 'name' | 'kind' | 'roles' | 'trust'>
  readonly lane?: string
}

/**
 * Port: turns texts into vectors whose cosine says how near the texts are. Every adapter passes `describeEmbedder`.
 */
export interface Embedder extends AsyncDisposable {
  /**
   * Name and revision of the model, stored beside each vector. Vectors of two names are never compared; an adapter that
   * changes its numbers changes its name.
   */
  readonly model: string
  /** Length of every vector, fixed for the life of the embedder. */
  readonly dimensions: number
  /** What its vectors see. A model of which nothing is known counts as one of sentences: nearly all at hand are. */
  readonly sees: Sight
  /**
   * One vector for each text, in the order of the texts. The same text gives the same vector, alone or in company, of
   * length 1; a text of white space only gives the vector of zeros, which is near to nothing. A text beyond what the
   * model reads is embedded by its beginning. No texts give no vectors. The vectors are the caller's own.
   *
   * @param origin changes no vector: whoever serves, the space is the same.
   * @param signal ends the work early; the promise then rejects with the signal's reason.
   * @throws CascadeError EMBEDDER_UNAVAILABLE when the model cannot answer now; the same call may succeed later.
   * @throws CascadeError EMBEDDING_MISMATCH when the model answers with vectors of another length or without numbers.
   */
  embed(
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal?: AbortSignal,
    origin?: EmbeddingOrigin,
  ): Promise<Float32Array[]>
  /** Drops what it remembers of texts, where it remembers any: something was erased. */
  forget?(): void
}
