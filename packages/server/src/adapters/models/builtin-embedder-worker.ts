import { parentPort } from 'node:worker_threads'
import type { EmbedAnswer, EmbedRequest } from './embed-message.ts'
import { hashedFeatures } from './hashed-features.ts'

/** The thread behind `openBuiltinEmbedder`: one answer for each request, in their order. */
parentPort?.on('message', ({ id, texts }: EmbedRequest) => {
  const vectors = texts.map(hashedFeatures)
  const answer: EmbedAnswer = { id, vectors }
  parentPort?.postMessage(
    answer,
    vectors.map(({ buffer }) => buffer),
  )
})
