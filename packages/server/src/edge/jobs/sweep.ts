import { messageOf } from '#base'
import type { KernelLog } from '#lifecycle'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

/** What every sweep is given beside what it looks after. */
export interface SweepOptions {
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

interface SweepRule {
  readonly everyMs: number
  /** Whether it looks at its start, too. */
  readonly atOnce: boolean
  /** What the log of the program says of a look that failed; the next one comes all the same. */
  readonly failed: string
  readonly look: (signal: AbortSignal) => Promise<void>
}

/** Looks after something again and again, until it is disposed of. */
export function openSweep(
  { everyMs, atOnce, failed, look }: SweepRule,
  { log, every, halt }: SweepOptions,
): AsyncDisposable {
  const looks = new Looks(
    async (signal) => {
      try {
        await look(signal)
      } catch (error) {
        log.warn(failed, { reason: messageOf(error) })
      }
    },
    everyMs,
    every,
    halt,
  )
  if (atOnce) void looks.now()
  return looks
}
