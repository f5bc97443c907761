import { messageOf } from '#base'
import type { Lifecycle } from './lifecycle.ts'

/** Exit code after a second signal: 128 + SIGINT, as a shell counts. */
export const EXIT_INTERRUPTED = 130
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** What a signal handler touches of the process, as arguments. */
export interface SignalHost {
  readonly emitter: NodeJS.EventEmitter
  readonly exit: (code: number) => void
  /** Writes a line for the person at the terminal. */
  readonly tell: (line: string) => void
}

/**
 * The first SIGTERM or SIGINT stops the lifecycle; the second one ends the process at once with exit code 130. The
 * handle takes the handlers away again.
 */
export function stopOnSignals(lifecycle: Lifecycle, { emitter, exit, tell }: SignalHost): Disposable {
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1
    if (signals > 1) {
      tell(`${signal} again: leaving at once. What was acknowledged is on disk.`)
      exit(EXIT_INTERRUPTED)
      return
    }
    tell(`${signal}: finishing what is under way. Once more to leave at once.`)
    void lifecycle.stop(signal).catch((error) => tell(`The stop failed: ${messageOf(error)}`))
  }
  for (const signal of SIGNALS) emitter.on(signal, onSignal)
  return {
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) emitter.off(signal, onSignal)
    },
  }
}
