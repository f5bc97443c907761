import { z } from 'zod'
import type { SinkKind } from '#mesh'

interface EventLog {
  info(message: string, fields: Readonly<Record<string, unknown>>): void
}

const options = z.strictObject({})

/** Writes a line about each event into the log of the instance. */
export const logSinkKind = (log: EventLog): SinkKind<typeof options> => ({
  kind: 'log',
  options,
  open: ({ name, route }) => ({
    kind: 'log',
    name,
    async deliver({ event: { id, type, subject, sequence } }) {
      log.info('an event', { route, sink: name, event: id, type, subject, sequence })
    },
  }),
})
