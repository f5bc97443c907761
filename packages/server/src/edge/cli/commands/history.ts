import { semver } from '@forge-cascade/contract'
import { parseCapsuleId, parseCapsuleRef } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { blameLines, diffLines, historyLines } from '../render/history-lines.ts'
import { printAnswer } from './answer.ts'

export const HISTORY: CommandSpec = {
  name: 'history',
  summary: 'Versions of a capsule, what changed, and who wrote which line',
  description:
    'Lists the versions, newest first. --diff compares two of them, --blame says for each line which version brought it.',
  arguments: [{ flags: '<id[@version]>', description: 'Whole id; a version counts for --blame alone' }],
  options: [
    { flags: '--diff <from..to>', description: 'What changed between two versions; .. alone: the last change' },
    { flags: '--blame', description: 'Which version introduced which line' },
    { flags: '--limit <n>', description: 'Versions, 1-100 (20)' },
    { flags: '--cursor <cursor>', description: 'Goes on where the page before ended' },
  ],
  examples: [
    { line: 'history 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'lists its versions' },
    { line: 'history 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --diff 1.0.0..1.2.0', does: 'shows what changed' },
    { line: 'history 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --blame', does: 'shows where each line comes from' },
  ],
  reads: true,
  run: async (context, input) => {
    const diff = input.text('diff')
    if (diff !== undefined && input.on('blame')) throw usage('Either --diff or --blame.')
    if (diff !== undefined) return showDiff(context, input, diff)
    return input.on('blame') ? showBlame(context, input) : listVersions(context, input)
  },
}

async function listVersions(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const id = parseCapsuleId(input.argument(0))
  const query = { limit: input.text('limit'), cursor: input.text('cursor') }
  const { answer, raw } = await (await context.openSession()).call('listVersions', { params: { id }, query })
  await printAnswer(context, raw, () => historyLines(answer, id, context.screen.view))
  return 'ok'
}

async function showBlame(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const { id, version } = parseCapsuleRef(input.argument(0))
  const { answer, raw } = await (await context.openSession()).call('getBlame', { params: { id }, query: { version } })
  await printAnswer(context, raw, () => blameLines(answer, context.screen.view))
  return 'ok'
}

async function showDiff(context: CommandContext, input: CommandInput, diff: string): Promise<ExitName> {
  const id = parseCapsuleId(input.argument(0))
  const query = parseVersions(diff)
  const { answer, raw } = await (await context.openSession()).call('getDiff', { params: { id }, query })
  await printAnswer(context, raw, () => diffLines(answer, context.screen.view))
  return 'ok'
}

/** `1.0.0..1.2.0`; an end that is left out means what the interface means by it. */
export function parseVersions(text: string): { readonly from: string | undefined; readonly to: string | undefined } {
  const [from = '', to, ...rest] = text.split('..')
  const ends = [from, to ?? '']
  if (to === undefined || rest.length > 0 || ends.some((end) => end !== '' && !semver.safeParse(end).success))
    throw usage(`--diff takes FROM..TO, such as 1.0.0..1.2.0; got ${JSON.stringify(text)}.`)
  return { from: from || undefined, to: to || undefined }
}
