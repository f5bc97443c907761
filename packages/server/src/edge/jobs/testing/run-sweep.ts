import type { SweepOptions } from '../sweep.ts'

/** What a sweep wrote into the log of the program, and which of its looks never came. */
interface Swept<T> {
  readonly told: readonly unknown[][]
  readonly left: readonly (() => Promise<T>)[]
}

/**
 * Has a sweep look once for each of these, one after the other.
 *
 * @param looks what the looks come to; where one begins by itself before its turn, it takes the first.
 */
export async function runSweep<T>(
  open: (options: SweepOptions, look: () => Promise<T>) => AsyncDisposable,
  looks: readonly (() => Promise<T>)[],
  nothing: T,
  halt?: () => AbortSignal,
): Promise<Swept<T>> {
  const told: unknown[][] = []
  const write = (level: string) => (message: string, fields?: unknown) => told.push([level, message, fields])
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const left = [...looks]
  let tick: () => void = () => undefined
  const every = (work: () => void) => {
    tick = work
    return { [Symbol.dispose]: () => undefined }
  }
  const job = open({ log, every, ...(halt && { halt }) }, async () => (await left.shift()?.()) ?? nothing)
  for (const _ of looks) {
    tick()
    await new Promise(setImmediate)
  }
  await job[Symbol.asyncDispose]()
  return { told, left }
}
