import { parentPort, workerData } from 'node:worker_threads'
import type { EmbedAnswer, EmbedRequest } from '../embed-message.ts'
import { staticTableOf } from '../static/static-table.ts'
import { StaticVectors } from '../static/static-vectors.ts'

const vectors = new StaticVectors(staticTableOf(workerData))

/** The built-in worker with ways to die: by an uncaught error, by leaving, by never answering. */
parentPort?.on('message', ({ id, texts }: EmbedRequest) => {
  if (texts.includes('throw')) throw new Error('thrown on request')
  if (texts.includes('exit')) process.exit(3)
  if (texts.includes('hang')) return
  const answer: EmbedAnswer = { id, vectors: texts.map((text) => vectors.of(text)) }
  parentPort?.postMessage(answer)
})
