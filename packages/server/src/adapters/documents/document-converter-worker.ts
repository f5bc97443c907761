import { parentPort } from 'node:worker_threads'
import { messageOf } from '#base'
import type { ConversionAnswer, ConversionQuestion } from './conversion-message.ts'
import { convertDocument } from './convert/convert-document.ts'

/** The thread behind `openDocumentConverter`. */
parentPort?.on('message', async (question: ConversionQuestion) => parentPort?.postMessage(await answer(question)))

async function answer({ bytes, format }: ConversionQuestion): Promise<ConversionAnswer> {
  try {
    return { content: await convertDocument(bytes, format) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
