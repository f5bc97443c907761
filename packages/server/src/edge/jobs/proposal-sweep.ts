import type { ProposalCourse } from '#governance'
import { openSweep, type SweepOptions } from './sweep.ts'

/** How often it looks whether a vote is to be opened or closed, or something to be carried out. */
const PROPOSALS_MS = 1000

/** Opens and closes votes in their time, and carries out what was passed; at once at its start. */
export const sweepProposals = ({
  course,
  ...options
}: SweepOptions & { readonly course: Pick<ProposalCourse, 'sweep'> }): AsyncDisposable =>
  openSweep(
    {
      everyMs: PROPOSALS_MS,
      atOnce: true,
      failed: 'proposals could not be looked after; they are at the next look',
      look: async (signal) => {
        const { opened, closed, executed, troubles } = await course.sweep(signal)
        if (opened + closed + executed > 0) options.log.info('proposals went on', { opened, closed, executed })
        for (const reason of troubles)
          options.log.warn('a proposal could not be looked after; it is at the next look', { reason })
      },
    },
    options,
  )
