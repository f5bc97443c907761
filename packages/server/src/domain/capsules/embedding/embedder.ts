/** What a text is embedded for. Models trained on pairs tell the two apart; others ignore it. */
export type EmbeddingPurpose = 'document' | 'query'

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
  /**
   * One vector for each text, in the order of the texts. The same text gives the same vector, alone or in company, of
   * length 1; a text of white space only gives the vector of zeros, which is near to nothing. A text beyond what the
   * model reads is embedded by its beginning. No texts give no vectors. The vectors are the caller's own.
   *
   * @param signal ends the work early; the promise then rejects with the signal's reason.
   * @throws CascadeError EMBEDDER_UNAVAILABLE when the model cannot answer now; the same call may succeed later.
   * @throws CascadeError EMBEDDING_MISMATCH when the model answers with vectors of another length or without numbers.
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]>
  /** Drops what it remembers of texts, where it remembers any: something was erased. */
  forget?(): void
}
