import type { Embedding } from '../capsule.ts'
import type { CapsuleDraft } from '../capsule-draft.ts'
import type { Embedder, EmbeddingOrigin } from '../embedding/index.ts'
import type { CapsuleContext } from './context.ts'

/** The vectors that the store makes of a text itself. */
export type OwnVectors = Pick<CapsuleDraft, 'embedding' | 'shadow'>

/**
 * Vectors for texts that come without one, in their order. While the model is being changed they are made by both
 * embedders, and one of the two is enough: what is missing then is made in the background.
 *
 * @throws CascadeError EMBEDDER_UNAVAILABLE, EMBEDDING_MISMATCH when no embedder answers.
 */
export async function embedDocuments(
  { embedder, shadowEmbedder }: Pick<CapsuleContext, 'embedder' | 'shadowEmbedder'>,
  texts: readonly string[],
  { signal, origin }: { readonly signal?: AbortSignal; readonly origin?: EmbeddingOrigin } = {},
): Promise<readonly OwnVectors[]> {
  if (texts.length === 0) return []
  if (!shadowEmbedder) {
    const vectors = await embedder.embed(texts, 'document', signal, origin)
    return texts.map((_, index) => ({ embedding: toEmbedding(embedder.model, vectors[index]) }))
  }
  const [own, next] = await Promise.allSettled([
    embedder.embed(texts, 'document', signal, origin),
    shadowEmbedder.embed(texts, 'document', signal, origin),
  ])
  signal?.throwIfAborted()
  if (own.status === 'rejected' && next.status === 'rejected') throw next.reason
  return texts.map((_, index) => {
    const shadow = embeddingAt(shadowEmbedder, next, index)
    return { embedding: embeddingAt(embedder, own, index), ...(shadow && { shadow }) }
  })
}

function embeddingAt(
  { model }: Embedder,
  made: PromiseSettledResult<readonly Float32Array[]>,
  index: number,
): Embedding | null {
  return made.status === 'fulfilled' ? toEmbedding(model, made.value[index]) : null
}

/** A text without anything to see (only punctuation) has a zero vector, and so no place in the space. */
export function toEmbedding(model: string, vector: Float32Array | undefined): Embedding | null {
  return vector?.some((value) => value !== 0) ? { model, vector } : null
}
