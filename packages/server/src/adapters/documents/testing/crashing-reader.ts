import { parentPort } from 'node:worker_threads'
import { readDocument } from '../../../domain/capsules/import/document.ts'
import type { ReadRequest } from '../document-message.ts'

/** A thread that dies of texts that begin with "die", and reads others. */
parentPort?.on('message', ({ id, document }: ReadRequest) => {
  if (document.text.startsWith('die')) process.exit(3)
  parentPort?.postMessage({ id, text: readDocument(document) })
})
