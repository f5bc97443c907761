import { parentPort } from 'node:worker_threads'
import type { ConversionAnswer, ConversionQuestion } from '../conversion-message.ts'

/** Bytes that are let go of nowhere. */
const kept: unknown[] = []

const FAILS: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('thrown in the thread')
  },
  loop: () => {
    for (;;);
  },
  objects: () => {
    for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index })))
  },
  bytes: () => {
    for (;;) kept.push(new Uint8Array(1024 * 1024).fill(1))
  },
  wait: () => undefined,
}

/** A thread that does what the bytes say in words, and gives them back where that is nothing bad. */
parentPort?.on('message', ({ bytes }: ConversionQuestion) => {
  const text = Buffer.from(bytes).toString()
  FAILS[text]?.()
  const answer: ConversionAnswer = text === 'fault' ? { problem: 'a fault' } : { content: { text } }
  if (text !== 'wait') parentPort?.postMessage(answer)
})
