import { parentPort, workerData } from 'node:worker_threads'
import type { EmbedAnswer, EmbedRequest } from '../embed-message.ts'
import { staticTableOf } from './static-table.ts'
import { StaticVectors } from './static-vectors.ts'

// `openStaticEmbedder` hands over the table's shared bytes.
const vectorsOf = new StaticVectors(staticTableOf(workerData))

/** The thread behind `openStaticEmbedder`: one answer for each request, in their order. */
parentPort?.on('message', ({ id, texts }: EmbedRequest) => {
  const vectors = texts.map((text) => vectorsOf.of(text))
  const answer: EmbedAnswer = { id, vectors }
  parentPort?.postMessage(
    answer,
    vectors.map(({ buffer }) => buffer),
  )
})
