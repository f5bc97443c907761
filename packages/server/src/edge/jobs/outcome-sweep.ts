import type { DecisionOutcomes } from '#governance'
import type { Records } from '#store'
import { openSweep, type SweepOptions } from './sweep.ts'

interface Swept {
  readonly outcomes: Pick<DecisionOutcomes, 'sweep'>
  readonly records: Records
  /** Id of the subject that tells what nobody else can. */
  readonly by: string
}

/** How often it looks for what was allowed and has no outcome. */
const OUTCOMES_MS = 60 * 60 * 1000

/** Finds what acts outside the store and was left without an outcome when a process ended; at once at its start. */
export const sweepOutcomes = ({ outcomes, records, by, ...options }: SweepOptions & Swept): AsyncDisposable =>
  openSweep(
    {
      everyMs: OUTCOMES_MS,
      atOnce: true,
      failed: 'outcomes could not be looked after; they are at the next look',
      look: async (signal) => {
        const found = await outcomes.sweep(records, by, signal)
        if (found > 0)
          options.log.warn('nobody knows what became of what was begun before an end', { decisions: found })
      },
    },
    options,
  )
