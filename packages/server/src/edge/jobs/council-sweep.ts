import type { CouncilSessions } from '#governance'
import { openSweep, type SweepOptions } from './sweep.ts'

/** How often it looks whether something is voted on that the council has said nothing of. */
const COUNCIL_MS = 1000

/** Has the council comment on what is voted on, once. */
export const sweepCouncil = ({
  sessions,
  ...options
}: SweepOptions & { readonly sessions: Pick<CouncilSessions, 'look'> }): AsyncDisposable =>
  openSweep(
    {
      everyMs: COUNCIL_MS,
      atOnce: false,
      failed: 'the council could not look at proposals; it does at the next look',
      look: async (signal) => {
        const { advised, troubles } = await sessions.look(signal)
        if (advised > 0) options.log.info('the council commented on proposals', { advised })
        for (const reason of troubles)
          options.log.warn('the council could not comment on a proposal; it is asked again', { reason })
      },
    },
    options,
  )
