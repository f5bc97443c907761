import { LINEAGE_LIMITS, lineageQuery } from '@forge-cascade/contract'
import { parseCapsuleId } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { commonLines, lineageLines, pathLines } from '../render/lineage-lines.ts'
import { printAnswer } from './answer.ts'

export const LINEAGE: CommandSpec = {
  name: 'lineage',
  summary: 'Where a capsule comes from, and what came of it',
  description:
    'Draws the capsules it derives from as a tree, each once, with the reason of each step; large trees are cut with a count. --path-to and --common-with compare it with another capsule and end with 3 when there is nothing between them.',
  arguments: [{ flags: '<id>', description: 'Whole id' }],
  options: [
    {
      flags: '--direction <direction>',
      description: 'Which way (ancestors)',
      choices: ['ancestors', 'descendants', 'both'],
    },
    { flags: '--depth <n>', description: 'Steps, at most (all)' },
    {
      flags: '--limit <n>',
      description: `Capsules, at most ${LINEAGE_LIMITS.nodesMax} (${LINEAGE_LIMITS.nodesDefault})`,
    },
    { flags: '--path-to <id>', description: 'The shortest way to this capsule' },
    { flags: '--common-with <id>', description: 'What both derive from' },
  ],
  examples: [
    { line: 'lineage 01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72', does: 'shows what it derives from' },
    {
      line: 'lineage 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --direction descendants --depth 2',
      does: 'shows what came of it, two steps far',
    },
    {
      line: 'lineage 01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72 --path-to 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10',
      does: 'shows the way between two',
    },
  ],
  reads: true,
  run: (context, input) => {
    const [path, common] = [input.text('path-to'), input.text('common-with')]
    if (path !== undefined && common !== undefined) throw usage('Either --path-to or --common-with.')
    if (path !== undefined) return showPath(context, input, path)
    return common === undefined ? showTree(context, input) : showCommon(context, input, common)
  },
}

async function showTree(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const id = parseCapsuleId(input.argument(0))
  const query = checkInput(lineageQuery, {
    direction: input.text('direction'),
    depth: input.text('depth'),
    limit: input.text('limit'),
  })
  const { answer, raw } = await (await context.openSession()).call('getLineage', { params: { id }, query })
  await printAnswer(context, raw, () => lineageLines(answer, id, query.direction, context.screen.view))
  return 'ok'
}

async function showPath(context: CommandContext, input: CommandInput, other: string): Promise<ExitName> {
  const id = parseCapsuleId(input.argument(0))
  const query = { to: parseCapsuleId(other) }
  const { answer, raw } = await (await context.openSession()).call('getLineagePath', { params: { id }, query })
  await printAnswer(context, raw, () => pathLines(answer, context.screen.view))
  return answer.found ? 'ok' : 'notFound'
}

async function showCommon(context: CommandContext, input: CommandInput, other: string): Promise<ExitName> {
  const id = parseCapsuleId(input.argument(0))
  const query = { with: parseCapsuleId(other) }
  const { answer, raw } = await (await context.openSession()).call('getCommonAncestors', { params: { id }, query })
  await printAnswer(context, raw, () => commonLines(answer, context.screen.view))
  return answer.nearest === null ? 'notFound' : 'ok'
}
