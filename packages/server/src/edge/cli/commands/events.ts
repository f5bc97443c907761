import { cloudEvent, eventQuery, publishBody } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { isErrorCode } from '../http-client.ts'
import { parseGivenJson } from '../read-given.ts'
import { eventLine, eventLines } from '../render/event-lines.ts'
import { printAnswer } from './answer.ts'

export const EVENTS: CommandSpec = {
  name: 'events',
  summary: 'Show what happened, and follow what happens',
  description:
    'One line an event, oldest first, of what you may see. --follow begins with what comes next, or behind --after, and goes on until Ctrl-C; with --json it prints one event a line.',
  options: [
    {
      flags: '--type <pattern>',
      description: 'Such as cascade.capsule.*; ** for any words; may be repeated',
      many: true,
    },
    { flags: '--subject <subject>', description: 'What it is about, such as capsule/<id>' },
    { flags: '--actor <id>', description: 'Whole id of who acted' },
    {
      flags: '--after <position>',
      description: 'What comes behind it: a sequence, or the place a page or stream named',
    },
    { flags: '--limit <n>', description: 'Events of a page, 1-500 (100)' },
    { flags: '--follow', description: 'Goes on with what happens' },
  ],
  examples: [
    { line: 'events --type "cascade.capsule.*"', does: 'lists what happened to capsules' },
    { line: 'events --follow', does: 'shows what happens, as it happens' },
    { line: 'events --after 4711 --json', does: 'prints what came behind record 4711 for a script' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = checkInput(eventQuery, {
      type: input.list('type'),
      subject: input.text('subject'),
      actor: input.text('actor'),
      after: input.text('after'),
      limit: input.text('limit'),
    })
    if (input.on('follow') && input.text('limit') !== undefined) throw usage('Either --follow or --limit.')
    if (input.on('follow')) return follow(context, query)
    const { answer, raw } = await (await context.openSession()).call('listEvents', { query })
    await printAnswer(context, raw, () => eventLines(answer, context.screen.view, query.type))
    return 'ok'
  },
}

type Query = ReturnType<typeof eventQuery.parse>

/** Until the command is to end, or the instance ends the stream for another reason than a slow reader. */
async function follow(context: CommandContext, { limit: _limit, ...query }: Query) {
  const session = await context.openSession()
  for (let after = query.after; ; ) {
    const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) }
    after = await printStream(context, session.lines('listEvents', { query }, headers))
    if (after === undefined || !context.screen.isRead) return 'ok' as const
  }
}

/** @returns from where to go on; undefined where the command is to end. @throws CascadeError with the reason of the end. */
async function printStream(
  { screen, settings, interrupts }: CommandContext,
  lines: AsyncIterable<string>,
): Promise<string | undefined> {
  let kind = ''
  try {
    for await (const line of lines) {
      if (line === '') kind = ''
      if (line.startsWith('event: ')) kind = line.slice('event: '.length)
      if (!line.startsWith('data: ')) continue
      const data = parseGivenJson('The stream', line.slice('data: '.length))
      if (kind === 'end') return endOf(data)
      const event = cloudEvent.parse(data)
      await screen.print([settings.json ? JSON.stringify(event) : eventLine(event, screen.view)])
      if (!screen.isRead) return undefined
    }
  } catch (error) {
    if (interrupts.signal.aborted) return undefined
    throw error
  }
  throw new CascadeError('NO_SERVER', 'The stream broke off: is the instance still there?')
}

function endOf(data: unknown): string {
  const { code, detail, after } = data as { code: string; detail: string; after: string | null } // as the stream ends
  if (code === 'DEADLINE_EXCEEDED' && after !== null) return after
  throw new CascadeError(isErrorCode(code) ? code : 'NO_SERVER', `The stream has ended: ${detail}`)
}

export const PUBLISH: CommandSpec = {
  name: 'publish',
  summary: 'Publish an event of your own',
  description:
    'It stands in the same order as all others and is told to everybody who may read events; with --capsule, to who may read that.',
  arguments: [{ flags: '<type>', description: 'Words with dots, such as shop.order.placed; not cascade.…' }],
  options: [
    { flags: '--payload <json>', description: 'What it says, as JSON of at most 64 KiB (null)' },
    { flags: '--capsule <id>', description: 'Whole id of the capsule that it is about' },
    { flags: '--legacy', description: 'For a system that names nobody: source legacy, actor system' },
  ],
  examples: [{ line: `publish shop.order.placed --payload '{"order":4711}'`, does: 'tells that an order was placed' }],
  run: async (context: CommandContext, input: CommandInput) => {
    const payload = parseGivenJson('--payload', input.text('payload') ?? 'null')
    const given = {
      type: input.argument(0),
      payload,
      capsule: input.text('capsule'),
      legacy: input.on('legacy') || undefined,
    }
    const body = checkInput(publishBody, given)
    const { answer, raw } = await (await context.openSession()).call('publishEvent', { body })
    await printAnswer(context, raw, () => [`Published ${answer.type} at ${answer.position}.`])
    return 'ok'
  },
}
