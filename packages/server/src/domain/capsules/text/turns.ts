import { setImmediate } from 'node:timers/promises'

/** Work that may be left and taken up again wherever it yields. */
export type Work<T> = Generator<void, T, void>

/** Steps of a loop between two places where work may be left: a fraction of a millisecond. */
export const STEPS_PER_YIELD = 2048

/** So long a piece of work keeps the thread, in milliseconds. */
const TURN_MS = 8

/** Does it at once. */
export function finish<T>(work: Work<T>): T {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** Does it turn by turn: whatever else waits on this thread goes between. */
export async function finishInTurns<T>(work: Work<T>, now: () => number = () => performance.now()): Promise<T> {
  let began = now()
  let step = work.next()
  while (!step.done) {
    if (now() - began >= TURN_MS) {
      await setImmediate()
      began = now()
    }
    step = work.next()
  }
  return step.value
}
