import { parseCapsuleId } from '../capsule-ref.ts'
import type { CommandSpec } from '../command-spec.ts'
import { printAnswer } from './answer.ts'

export const FORGET: CommandSpec = {
  name: 'forget',
  summary: 'Take a capsule out of search and lists, or bring it back',
  description:
    'Archives a capsule of yours: it is still shown by its id, stays in the lineage, and comes back with --undo. `archive` moves capsules out of the store, `erase` takes them away for good. Repeating it changes nothing.',
  arguments: [{ flags: '<id>', description: 'Whole id of the capsule' }],
  options: [{ flags: '--undo', description: 'Bring it back' }],
  examples: [
    { line: 'forget 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'archives a capsule' },
    { line: 'forget 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --undo', does: 'brings it back' },
  ],
  run: async (context, input) => {
    const [id, isUndone] = [parseCapsuleId(input.argument(0)), input.on('undo')]
    const session = await context.openSession()
    await session.call(isUndone ? 'restoreCapsule' : 'archiveCapsule', { params: { id } })
    const { paint, command } = context.screen.view
    await printAnswer(context, { id, status: isUndone ? 'ACTIVE' : 'ARCHIVED' }, () =>
      isUndone
        ? [`Back: ${id} is found again.`]
        : [
            `Archived: ${id} is out of search and lists.`,
            paint.faint(`\`${command(`forget ${id} --undo`)}\` brings it back.`),
          ],
    )
    return 'ok'
  },
}
