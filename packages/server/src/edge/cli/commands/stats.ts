import type { CommandSpec } from '../command-spec.ts'
import { statsLines } from '../render/stats-lines.ts'
import { printAnswer } from './answer.ts'

export const STATS: CommandSpec = {
  name: 'stats',
  summary: 'Count what there is: by status, type, trust, scope and model',
  description:
    'Capsules and bytes of content (of all versions) by status, type, level of trust, scope and embedding model, and how deep lineages are. All of it is counted in one state of the store.',
  examples: [
    { line: 'stats', does: 'shows what there is' },
    { line: 'stats --json | jq .bytes.by_type', does: 'prints the bytes of each type' },
  ],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('capsuleStats', {})
    await printAnswer(context, raw, () => statsLines(answer))
    return 'ok'
  },
}
