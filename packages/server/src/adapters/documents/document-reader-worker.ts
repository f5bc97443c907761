import { parentPort } from 'node:worker_threads'
import { messageOf } from '#base'
import { readDocument } from '../../domain/capsules/import/index.ts'
import type { ReadAnswer, ReadRequest } from './document-message.ts'

/** The thread behind `openDocumentReader`: one answer for each request, in their order. */
parentPort?.on('message', (request: ReadRequest) => parentPort?.postMessage(answer(request)))

function answer({ id, document }: ReadRequest): ReadAnswer {
  try {
    return { id, text: readDocument(document) }
  } catch (error) {
    return { id, problem: messageOf(error) }
  }
}
