import { archiveBody, archiveRestoreBody, archiveVerifyBody, CAPSULE_TYPES } from '@forge-cascade/contract'
import { parseCapsuleId } from '../capsule-ref.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { archivedLines, archiveRestoredLines, segmentLines, verifiedLines } from '../render/archive-lines.ts'
import { printAnswer } from './answer.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

/** Segments listed at once. */
const LISTED = 100

export const ARCHIVE: CommandSpec = {
  name: 'archive',
  summary: 'Move capsules out of the store into the archive',
  description:
    'Named ones, those that are old enough, or those that have reached their retention (--due). Nothing leaves the store before its segment was read back. What is away is neither found nor listed among the active; its title, its place in the lineage and where it lies stay. (`forget` and `bulk archive` take capsules out of search and leave them in the store.) It is for administrators. What a legal hold covers stays whole and is named (exit code 5 where nothing moved).',
  arguments: [{ flags: '[ids...]', description: 'Whole ids of capsules; a document goes with its chunks' }],
  options: [
    { flags: '--older-than <days>', description: 'Recorded longer ago: 365d' },
    ...SCOPE_OPTIONS,
    { flags: '--type <type>', description: 'Only of this type', choices: CAPSULE_TYPES },
    { flags: '--tag <tag>', description: 'Only with this tag' },
    { flags: '--due', description: 'What has reached its retention, as configured' },
    { flags: '--dry-run', description: 'Say what would move, and move nothing' },
  ],
  examples: [
    { line: 'archive 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'moves one capsule' },
    { line: 'archive --older-than 365d --lane chat --dry-run', does: 'says what of a lane is older than a year' },
    { line: 'archive --due', does: 'does now what the retention does by itself' },
  ],
  run: async (context, input) => {
    const body = checkInput(archiveBody, bodyOf(input))
    const { answer, raw } = await (await context.openSession()).call('archiveCapsules', { body })
    await printAnswer(context, raw, () => archivedLines(answer, context.screen.view))
    return answer.capsules === 0 && answer.refused.length > 0 ? 'conflict' : 'ok'
  },
}

export const ARCHIVE_LIST: CommandSpec = {
  name: 'archive list',
  summary: 'List segments of the archive, newest first',
  description: 'When each was made, where it lies, what went into it, and how much of that is still away.',
  examples: [{ line: 'archive list', does: 'lists the segments' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('listSegments', { query: { limit: LISTED } })
    await printAnswer(context, raw, () =>
      answer.items.length === 0
        ? [
            'There are no segments.',
            context.screen.view.paint.faint(
              `\`${context.screen.view.command('archive --older-than 365d --dry-run')}\` says what could move.`,
            ),
          ]
        : answer.items.flatMap((segment) => segmentLines(segment, context.screen.view)),
    )
    return 'ok'
  },
}

export const ARCHIVE_VERIFY: CommandSpec = {
  name: 'archive verify',
  summary: 'Read segments whole and compare them with what was put there',
  description:
    'Compares every digest, opens all that is out of the store, and names objects that no segment of this store has. Exit code 7 where something is damaged or missing.',
  arguments: [{ flags: '[segment]', description: 'Id of one segment; all when left out' }],
  examples: [
    { line: 'archive verify', does: 'looks at all segments' },
    { line: 'archive verify 01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e', does: 'looks at one' },
  ],
  reads: true,
  run: async (context, input) => {
    const segment = input.argument(0)
    const body = checkInput(archiveVerifyBody, segment === undefined ? {} : { segment })
    const { answer, raw } = await (await context.openSession()).call('verifyArchive', { body })
    await printAnswer(context, raw, () => verifiedLines(answer, context.screen.view))
    return answer.ok ? 'ok' : 'damaged'
  },
}

export const ARCHIVE_RESTORE: CommandSpec = {
  name: 'archive restore',
  summary: 'Bring capsules back from the archive',
  description:
    'Each is again what it was when it moved, and found as before. The segment stays. Repeating it changes nothing.',
  arguments: [{ flags: '[ids...]', description: 'Whole ids of capsules' }],
  options: [{ flags: '--segment <segment>', description: 'All that is away for this segment' }],
  examples: [
    { line: 'archive restore 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'brings one capsule back' },
    { line: 'archive restore --segment 01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e', does: 'brings a whole segment back' },
  ],
  run: async (context, input) => {
    const [ids, segment] = [idsOf(input), input.text('segment')]
    if ((ids === undefined) === (segment === undefined)) throw usage('Name capsules, or one --segment.')
    const body = checkInput(archiveRestoreBody, { ...(ids && { ids }), ...(segment !== undefined && { segment }) })
    const { answer, raw } = await (await context.openSession()).call('restoreArchived', { body })
    await printAnswer(context, raw, () => archiveRestoredLines(answer))
    return 'ok'
  },
}

function bodyOf(input: CommandInput): unknown {
  const [ids, age, isDue] = [idsOf(input), input.text('older-than'), input.on('due')]
  if ([ids, age, isDue || undefined].filter((one) => one !== undefined).length !== 1)
    throw usage('Name capsules, or an age (--older-than 365d), or what is --due.')
  return {
    ...(ids && { ids }),
    ...(age !== undefined && { older_than_days: daysOf(age) }),
    ...(isDue && { due: true }),
    ...readScope(input),
    type: input.text('type'),
    tag: input.text('tag'),
    dry_run: input.on('dry-run'),
  }
}

/** The words of a variadic argument come joined by blanks. */
const idsOf = (input: CommandInput): string[] | undefined => input.argument(0)?.split(' ').map(parseCapsuleId)

/** `365d`, or the number alone. */
function daysOf(text: string): number {
  const [, days] = /^(\d{1,5})d?$/.exec(text) ?? []
  if (days !== undefined) return Number(days)
  throw usage(`--older-than takes days, such as 365d; got ${JSON.stringify(text)}.`)
}
