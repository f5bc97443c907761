import { CascadeError } from '#base'

/** Calls of one connection that may be under way at once: more than any agent waits for. */
export const CALLS_AT_ONCE_MAX = 32

/** The calls under way: not too many, and waited for at the end. */
export class CallDesk {
  readonly #done = new Set<Promise<unknown>>()
  #isClosed = false

  /** @throws CascadeError UNAVAILABLE when there are too many, or none are taken any more. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CascadeError('UNAVAILABLE', 'This connection is being closed.')
    if (this.#done.size >= CALLS_AT_ONCE_MAX)
      throw new CascadeError('UNAVAILABLE', `${CALLS_AT_ONCE_MAX} calls are under way on this connection; await some.`)
    const result = work()
    const settled = result.then(ignore, ignore).finally(() => this.#done.delete(settled))
    this.#done.add(settled)
    return result
  }

  /** Takes no more calls, and settles when the last one has. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#done)
  }
}

/** Whoever made the call has its outcome. */
const ignore = (): void => undefined
