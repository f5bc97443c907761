import { setImmediate as pause } from 'node:timers/promises'

/** Requests that are decided before others have their turn: a millisecond or two. */
const DECIDED_AT_ONCE = 16

/**
 * Works through a list in order; others have their turn in between.
 *
 * @throws the reason of `signal`.
 */
export async function inSlices<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => void): Promise<void> {
  for (let from = 0; from < items.length; from += DECIDED_AT_ONCE) {
    signal.throwIfAborted()
    for (const item of items.slice(from, from + DECIDED_AT_ONCE)) work(item)
    await pause()
  }
}
