import type { Approvals } from '#governance'
import { openSweep, type SweepOptions } from './sweep.ts'

/** How often it looks for what an end of the process left approved, and for what waited too long. */
const APPROVALS_MS = 60_000

/** Carries out what was approved and is not carried out yet, and ends what waited for too long; at once at its start. */
export const sweepApprovals = ({
  approvals,
  ...options
}: SweepOptions & { readonly approvals: Pick<Approvals, 'sweep'> }): AsyncDisposable =>
  openSweep(
    {
      everyMs: APPROVALS_MS,
      atOnce: true,
      failed: 'approved requests could not be looked after; they are at the next look',
      look: async (signal) => {
        const { carriedOut, expired } = await approvals.sweep(signal)
        if (carriedOut > 0)
          options.log.info('approved requests were carried out that had been left', { carried_out: carriedOut })
        if (expired > 0) options.log.info('requests expired that nobody decided on', { expired })
      },
    },
    options,
  )
