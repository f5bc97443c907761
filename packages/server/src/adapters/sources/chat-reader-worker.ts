import { parentPort, workerData } from 'node:worker_threads'
import { isCascadeError, messageOf } from '#base'
import type { ReaderAnswer, ReaderOrder } from './chat-message.ts'
import { readRecords } from './chat-reader.ts'

/** The thread behind `openChatSource`: one batch for each time it is asked. */
// What it is started with is an order.
const { kind, path } = workerData as ReaderOrder
const batches = readRecords(kind, path)

parentPort?.on('message', async () => parentPort?.postMessage(await next()))

async function next(): Promise<ReaderAnswer> {
  try {
    const { value, done } = await batches.next()
    return done || !value ? { done: true } : { batch: value }
  } catch (error) {
    return { problem: isCascadeError(error) ? error.detail : messageOf(error) }
  }
}
