import { parentPort, workerData } from 'node:worker_threads'
import type { EmbedAnswer, EmbedRequest } from '../embed-message.ts'
import type { OnnxFolder } from './onnx-folder.ts'
import type { OnnxRuntime } from './onnx-runtime.ts'
import { OnnxSession } from './onnx-session.ts'

// What `openOnnxEmbedder` hands to the constructor of the worker.
const { folder, runtime } = workerData as { readonly folder: OnnxFolder; readonly runtime: OnnxRuntime }
const session = OnnxSession.open(folder, runtime)
let last: Promise<unknown> = session

async function answer({ id, texts }: EmbedRequest): Promise<void> {
  const model = await session
  const vectors: Float32Array<ArrayBuffer>[] = []
  for (const text of texts) vectors.push(await model.embed(text))
  const message: EmbedAnswer = { id, vectors }
  parentPort?.postMessage(
    message,
    vectors.map(({ buffer }) => buffer),
  )
}

/** The thread behind `openOnnxEmbedder`: one answer for each request, in their order. A failure ends the thread. */
parentPort?.on('message', (request: EmbedRequest) => {
  last = last.then(() => answer(request))
})
