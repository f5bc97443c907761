import { setTimeout as pause } from 'node:timers/promises'
import { cloudEvent, type ErrorCode, type EventQuery } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { CommandContext } from './command-context.ts'
import { isErrorCode } from './http-client.ts'
import { parseGivenJson } from './read-given.ts'
import { eventLine } from './render/event-lines.ts'

/** For so long an instance that was there may be away: a restart takes less. */
const AWAY_MS = 60_000
const LOOK_MS = 500
/** What a reader sees while an instance stops, is away, or starts. */
const AWAY: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'NO_SERVER'] as const)

/**
 * Prints events as they happen, until the command is to end; over a restart of the instance it goes on where it was.
 *
 * @throws CascadeError with the reason of the end, and from where to go on.
 */
export async function followEvents(context: CommandContext, { limit: _, after: start, ...query }: EventQuery) {
  const { interrupts, io, screen } = context
  const session = await context.openSession()
  let [after, awaySince, wasThere] = [start, Number.POSITIVE_INFINITY, false]
  const reached = (position: string | null): void => {
    after = position ?? after
    awaySince = Number.POSITIVE_INFINITY
    wasThere = true
  }
  for (;;) {
    try {
      const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) }
      await printStream(context, session.lines('listEvents', { query }, headers), reached)
      if (!screen.isRead) return 'ok' as const
    } catch (error) {
      if (interrupts.signal.aborted) return 'ok' as const
      if (!isCascadeError(error) || !wasThere) throw error
      if (awaySince > io.clock()) {
        awaySince = io.clock()
        if (AWAY.has(error.code)) screen.note('The instance is away. What happens meanwhile follows once it is back.')
      }
      if (!AWAY.has(error.code) || io.clock() - awaySince > AWAY_MS) throw withPlace(error, after)
      await pause(LOOK_MS)
    }
  }
}

/** Returns where the stream is to be opened anew. @throws CascadeError with the reason of the end. */
async function printStream(
  { screen, settings }: CommandContext,
  lines: AsyncIterable<string>,
  reached: (position: string | null) => void,
): Promise<void> {
  let [kind, id]: [string, string | null] = ['', null]
  for await (const line of lines) {
    if (line === '') {
      kind = ''
      // A comment names a place as well, while nothing happens.
      if (id !== null) reached(id)
    }
    if (line.startsWith('event: ')) kind = line.slice('event: '.length)
    if (line.startsWith('id: ')) id = line.slice('id: '.length) || null
    if (!line.startsWith('data: ')) continue
    const data = parseGivenJson('The stream', line.slice('data: '.length))
    if (kind === 'end') return endOf(data, reached)
    const event = cloudEvent.parse(data)
    await screen.print([settings.json ? JSON.stringify(event) : eventLine(event, screen.view)])
    reached(id)
    if (!screen.isRead) return
  }
  throw new CascadeError('NO_SERVER', 'The stream broke off: is the instance still there?')
}

/** A reader that was too slow comes again at once. */
function endOf(data: unknown, reached: (position: string | null) => void): void {
  const { code, detail, after } = data as { code: string; detail: string; after: string | null } // as the stream ends
  reached(after)
  if (code === 'DEADLINE_EXCEEDED' && after !== null) return
  throw new CascadeError(isErrorCode(code) ? code : 'NO_SERVER', `The stream has ended: ${detail}`)
}

function withPlace({ code, detail }: CascadeError, after: string | undefined): CascadeError {
  return new CascadeError(code, after === undefined ? detail : `${detail} Go on from here with --after ${after}.`)
}
