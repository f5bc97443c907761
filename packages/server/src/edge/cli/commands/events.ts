import { eventQuery, publishBody } from '@forge-cascade/contract'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { followEvents } from '../follow-events.ts'
import { parseGivenJson } from '../read-given.ts'
import { eventLines } from '../render/event-lines.ts'
import { printAnswer } from './answer.ts'

export const EVENTS: CommandSpec = {
  name: 'events',
  summary: 'Show what happened, and follow what happens',
  description:
    'One line an event, oldest first, of what you may see. --follow begins with what comes next, or behind --after, and goes on until Ctrl-C, over a restart of the instance, too; with --json it prints one event a line.',
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
    if (input.on('follow')) return followEvents(context, query)
    const { answer, raw } = await (await context.openSession()).call('listEvents', { query })
    await printAnswer(context, raw, () => eventLines(answer, context.screen.view, query.type))
    return 'ok'
  },
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
