import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseCapsuleRef, parseRange } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, readTime, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { capsuleLines, passageLines } from '../render/capsule-lines.ts'
import { unwritable } from '../unwritable.ts'
import { printAnswer } from './answer.ts'
import { requireNew } from './write-new.ts'

export const SHOW: CommandSpec = {
  name: 'show',
  summary: 'Show a capsule, or the passage that a citation means',
  description:
    'Prints what is known about a capsule and its content as it is. With --at, as in a citation, the quoted passage stands marked among its lines.',
  arguments: [{ flags: '<id[@version]>', description: 'Whole id; the newest version when none is named' }],
  options: [
    { flags: '--at <start-end>', description: 'Mark this passage; offsets as in a citation' },
    { flags: '--as-of <time>', description: 'The version valid then' },
    { flags: '--known-at <time>', description: 'As it was recorded by then' },
    {
      flags: '--page <file>',
      description: 'Write it, with where it comes from, as one HTML page into a new file of yours alone',
    },
  ],
  examples: [
    { line: 'show 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'shows the newest version' },
    { line: 'show 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10@1.0.0 --at 0-75', does: 'opens a quoted passage' },
    {
      line: 'show 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --page capsule.html',
      does: 'writes a page to read, print or send on',
    },
    { line: 'show 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --as-of 2026-03-01', does: 'shows what was valid that day' },
  ],
  reads: true,
  run: async (context, input) => {
    if (input.text('page') !== undefined) return writePage(context, input)
    const at = input.text('at')
    return at === undefined ? showCapsule(context, input) : showPassage(context, input, at)
  },
}

async function showCapsule(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const { id, version } = parseCapsuleRef(input.argument(0))
  const query = { as_of: readTime(input, 'as-of'), known_at: readTime(input, 'known-at') }
  if (version !== undefined && (query.as_of ?? query.known_at) !== undefined)
    throw usage('Either @version or a time (--as-of, --known-at): both name a version.')
  const session = await context.openSession()
  const { answer, raw } =
    version === undefined
      ? await session.call('getCapsule', { params: { id }, query })
      : await session.call('getVersion', { params: { id, version } })
  await printAnswer(context, raw, () => capsuleLines(answer, context.screen.view))
  return 'ok'
}

/** The page is written where nothing is yet, for its user alone. */
async function writePage(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const { id, version } = parseCapsuleRef(input.argument(0))
  for (const other of ['at', 'as-of', 'known-at'])
    if (input.text(other) !== undefined) throw usage(`--page shows a version whole; leave --${other} out.`)
  requireNew(context, input.text('page'))
  const path = resolve(context.io.cwd, input.text('page') ?? '')
  const lines: string[] = []
  for await (const line of (await context.openSession()).lines('getCapsulePage', {
    params: { id },
    query: { version },
  }))
    lines.push(line)
  await writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  await printAnswer(context, { path }, () => [`Wrote ${path}.`])
  return 'ok'
}

async function showPassage(context: CommandContext, input: CommandInput, at: string): Promise<ExitName> {
  const { id, version } = parseCapsuleRef(input.argument(0))
  const { start, end } = parseRange(at)
  for (const time of ['as-of', 'known-at'])
    if (input.text(time) !== undefined)
      throw usage(`--at marks a passage of a version; name that as @version, and leave --${time} out.`)
  const session = await context.openSession()
  const params = { id, version: version ?? (await session.ask('getCapsule', { params: { id } })).version }
  const { answer, raw } = await session.call('getVersion', { params, query: { start, end } })
  if (end > answer.content.length)
    throw usage(`--at ${at} lies beyond the content, which ends at ${answer.content.length}.`)
  await printAnswer(context, raw, () => passageLines(answer, start, end, context.screen.view))
  return 'ok'
}
