/** Part of a call, on its way to the worker thread. */
export interface EmbedRequest {
  readonly id: number
  readonly texts: readonly string[]
}

/** Its vectors, one for each text in their order; the buffers are handed over, not copied. */
export interface EmbedAnswer {
  readonly id: number
  readonly vectors: Float32Array<ArrayBuffer>[]
}
