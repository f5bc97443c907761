import { CascadeError } from '#base'
import type { KernelLog } from '#lifecycle'

/** What a chunk sees of the boot. */
export interface BootContext {
  /** Aborts when the boot has failed or the process is asked to stop. */
  readonly signal: AbortSignal
  readonly log: KernelLog
  /**
   * Shares a value with the chunks that wait for this one.
   *
   * @throws CascadeError BOOT_FAILED when the key has a value already.
   */
  provide<T>(key: BootKey<T>, value: T): void
  /**
   * The value of a key, which a chunk that this one waits for (directly or through others) has provided.
   *
   * @throws CascadeError BOOT_FAILED when nobody provided it, or only somebody this chunk does not wait for.
   */
  get<T>(key: BootKey<T>): T
  /** Like `get`, but undefined when the provider is absent, failed or was skipped. */
  find<T>(key: BootKey<T>): T | undefined
}

interface Provided<T> {
  readonly by: string
  readonly value: T
}

/**
 * The name of a shared value together with its type. Values live with the key, per boot, so that reading one needs no
 * cast and two boots in one process do not meet.
 */
export class BootKey<T> {
  readonly name: string
  readonly #values = new WeakMap<BootShelf, Provided<T>>()

  constructor(name: string) {
    this.name = name
  }

  put(shelf: BootShelf, by: string, value: T): void {
    const earlier = this.#values.get(shelf)
    if (earlier !== undefined && shelf.isUp(earlier.by))
      throw new CascadeError('BOOT_FAILED', `"${this.name}" is provided by "${earlier.by}" and by "${by}"`)
    this.#values.set(shelf, { by, value })
  }

  take(shelf: BootShelf): Provided<T> | undefined {
    return this.#values.get(shelf)
  }
}

/** One boot's shared values: which chunks count as providers. */
export interface BootShelf {
  /** True while the chunk is starting or has started; false once it failed. */
  isUp(chunk: string): boolean
}

/** A chunk's view of the shelf: it reads what the chunks in `reach` and itself have provided. */
export function createBootContext(
  chunk: string,
  reach: ReadonlySet<string>,
  shelf: BootShelf,
  rest: Pick<BootContext, 'signal' | 'log'>,
): BootContext {
  const find = <T>(key: BootKey<T>): Provided<T> | undefined => {
    const provided = key.take(shelf)
    return provided !== undefined && shelf.isUp(provided.by) ? provided : undefined
  }
  const within = (by: string): boolean => by === chunk || reach.has(by)
  return {
    ...rest,
    provide: (key, value) => key.put(shelf, chunk, value),
    find: (key) => {
      const provided = find(key)
      return provided !== undefined && within(provided.by) ? provided.value : undefined
    },
    get: (key) => {
      const provided = find(key)
      if (provided === undefined)
        throw new CascadeError('BOOT_FAILED', `chunk "${chunk}" needs "${key.name}", which nobody provides`)
      if (!within(provided.by))
        throw new CascadeError(
          'BOOT_FAILED',
          `chunk "${chunk}" needs "${key.name}" but does not wait for "${provided.by}"`,
        )
      return provided.value
    },
  }
}
