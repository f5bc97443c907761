/**
 * The same items, one of them made ready while the one before is being worked on. At most one waits, so a slow consumer
 * slows the producer and nothing piles up.
 */
export async function* ahead<T>(items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let next = startNext(iterator)
  try {
    for (let result = await next; !result.done; result = await next) {
      next = startNext(iterator)
      yield result.value
    }
  } finally {
    await iterator.return?.()
  }
}

function startNext<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const next = iterator.next()
  // A failure is met where `next` is awaited. It may come earlier than that, which is no unhandled rejection.
  void Promise.allSettled([next])
  return next
}
