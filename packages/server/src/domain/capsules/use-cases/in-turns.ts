import { setImmediate } from 'node:timers/promises'

/** Characters after which others have their turn: about 1 ms of work at 0.1 µs each, and several lists share a turn. */
const CHARACTERS_PER_TURN = 10_000

/**
 * Works through a list in order, and lets whatever else waits on this thread go between, so that a long list holds
 * nobody up.
 *
 * @param lengthOf characters of text that an item costs; those without text count a little as well.
 */
export async function inTurns<T, R>(
  items: readonly T[],
  lengthOf: (item: T) => number,
  work: (item: T) => R | Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let spent = 0
  for (const item of items) {
    if (spent > CHARACTERS_PER_TURN) {
      await setImmediate()
      spent = 0
    }
    spent += lengthOf(item) + CHARACTERS_OF_AN_ITEM
    const result = work(item)
    // Waiting for what is there already would cost a turn of the microtask queue an item.
    results.push(result instanceof Promise ? await result : result)
  }
  return results
}

/** What an item costs beside its text, in characters. */
const CHARACTERS_OF_AN_ITEM = 200
