/**
 * Calls `work` again and again, `ms` apart, until it is disposed of, whether or not the call before has ended; an
 * argument so that tests set the pace. `work` never rejects.
 */
export type Every = (work: () => Promise<void>, ms: number) => Disposable

/** Timers of the machine. They keep no process alive. */
export const systemEvery: Every = (work, ms) => {
  const timer = setInterval(() => void work(), ms).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
