import { BULK_LIMITS, type BulkOperation, bulkBody, CAPSULE_STATUSES, CAPSULE_TYPES } from '@forge-cascade/contract'
import { isUuid } from '#base'
import { carryOutBulk } from '../bulk-run.ts'
import { parseCapsuleId } from '../capsule-ref.ts'
import type { InputStream } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import type { OptionSpec } from '../option-spec.ts'
import { bulkPreviewLines } from '../render/bulk-lines.ts'
import { printAnswer } from './answer.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

const IDS = [{ flags: '[ids...]', description: 'Whole ids; - reads them from standard input, one a line' }] as const

const FILTERS: readonly OptionSpec[] = [
  { flags: '--type <type>', description: 'Those of this type', choices: CAPSULE_TYPES, many: true },
  { flags: '--tag <tag>', description: 'Those with this tag; several must all be there', many: true },
  { flags: '--owner <name>', description: 'Those of this owner' },
  ...SCOPE_OPTIONS,
  { flags: '--status <status>', description: 'Those of this status', choices: CAPSULE_STATUSES, many: true },
  { flags: '--min-trust <0-100>', description: 'Those of at least this effective trust' },
]
const YES: OptionSpec = { flags: '--yes', description: 'Do it; without, it is shown what would be done' }

const HOW =
  'Without --yes it shows how many they are and the first of them, and changes nothing; `bulk run` then does just that. What is changed in between stays as it is and is named (exit code 5).'
/** An id and its line feed, with some room. */
const BYTES_PER_ID = 64

export const BULK_TAG: CommandSpec = {
  name: 'bulk tag',
  summary: 'Add tags to many capsules, and remove tags from them',
  description: `Changes the tags of the capsules that are named, or that a filter finds; each gets another version. ${HOW}`,
  arguments: IDS,
  options: [
    { flags: '--add <tag>', description: 'A tag that each has afterwards; may be repeated', many: true },
    { flags: '--remove <tag>', description: 'A tag that none has afterwards; may be repeated', many: true },
    ...FILTERS,
    YES,
  ],
  examples: [
    { line: 'bulk tag --lane storage --add reviewed', does: 'shows which capsules of a lane would be tagged' },
    { line: 'bulk tag --tag draft --remove draft --add reviewed --yes', does: 'renames a tag' },
  ],
  run: (context, input) => bulk(context, input, 'tag', { add: input.list('add'), remove: input.list('remove') }),
}

export const BULK_ARCHIVE: CommandSpec = {
  name: 'bulk archive',
  summary: 'Take many capsules out of search and lists',
  description: `Archives the capsules that are named, or that a filter finds, with the chunks of documents. They stay in the store; \`archive\` moves them out of it. ${HOW}`,
  arguments: IDS,
  options: [...FILTERS, YES],
  examples: [
    { line: 'bulk archive --tag obsolete', does: 'shows what would be archived' },
    { line: 'bulk archive --identity old-bot --yes', does: 'archives everything of an identity' },
    { line: 'bulk archive - < ids.txt', does: 'reads the ids from a file' },
  ],
  run: (context, input) => bulk(context, input, 'archive'),
}

export const BULK_RESTORE: CommandSpec = {
  name: 'bulk restore',
  summary: 'Bring many archived capsules back',
  description: `Brings back the archived capsules that are named, or that a filter finds, with the chunks they were archived with. What lies in the archive is left: \`archive restore\` brings that back. ${HOW}`,
  arguments: IDS,
  options: [...FILTERS, YES],
  examples: [{ line: 'bulk restore --identity old-bot --yes', does: 'brings everything of an identity back' }],
  run: (context, input) => bulk(context, input, 'restore'),
}

export const BULK_ERASE: CommandSpec = {
  name: 'bulk erase',
  summary: 'Erase many capsules, for good',
  description: `Erases the capsules that are named, or that a filter finds whatever their status, as \`erase\` does each of them: all versions, chunks, vectors, index entries and copies, also from backups, with one receipt. What a legal hold covers stays and is named. Nothing undoes it. ${HOW}`,
  arguments: IDS,
  options: [
    { flags: '--reason <basis>', description: 'On what ground, a short word that stays in the log: gdpr-17' },
    ...FILTERS,
    YES,
  ],
  examples: [
    { line: 'bulk erase --lane trial --reason contract-ended', does: 'shows what would be erased' },
    { line: 'bulk erase --lane trial --reason contract-ended --yes', does: 'erases it' },
  ],
  run: async (context, input) => {
    const reason = input.text('reason')
    if (reason === undefined) throw usage('An erasure needs its ground: --reason gdpr-17, for example.')
    return bulk(context, input, 'erase', { legal_basis: reason })
  },
}

export const BULK_RUN: CommandSpec = {
  name: 'bulk run',
  summary: 'Carry out what a bulk change has shown, or go on with it',
  description:
    'Does just what was shown, for as long as a day. Running it again does nothing twice: what was cut off goes on.',
  arguments: [{ flags: '<token>', description: 'As it was shown' }],
  examples: [{ line: 'bulk run 01939b42-3c4d-7e5f-8061-7c8d9e0f1a2b', does: 'carries it out' }],
  run: async (context, input) => {
    const token = input.argument(0) ?? ''
    if (!isUuid(token)) throw usage(`${JSON.stringify(token)} is no token of a bulk change.`)
    return carryOutBulk(context, token)
  },
}

async function bulk(
  context: CommandContext,
  input: CommandInput,
  operation: BulkOperation,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ExitName> {
  const body = checkInput(bulkBody, { operation, ...(await readWhich(context, input)), ...more })
  const { answer, raw } = await (await context.openSession()).call('previewBulk', { body })
  if (input.on('yes')) return carryOutBulk(context, answer.token)
  await printAnswer(context, raw, () => bulkPreviewLines(answer, context.screen.view))
  return 'ok'
}

async function readWhich(context: CommandContext, input: CommandInput) {
  const given = input.argument(0)
  const members = {
    type: input.list('type'),
    tag: input.list('tag'),
    owner: input.text('owner'),
    ...readScope(input),
    status: input.list('status'),
    min_trust: numberOf(input.text('min-trust')),
  }
  const filter = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
  const isFiltered = Object.keys(filter).length > 0
  if ((given === undefined) !== isFiltered)
    throw usage('Name capsules by their ids, or say which by --type, --tag, --owner, --lane and their like; not both.')
  if (given === undefined) return { filter }
  const text = given === '-' ? await readIds(context.io.stdin) : given
  const words = text.split(/\s+/).filter((word) => word !== '')
  return { ids: words.map((word) => parseCapsuleId(word)) }
}

async function readIds(stdin: InputStream): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > BULK_LIMITS.idsMax * BYTES_PER_ID)
      throw usage(`At most ${BULK_LIMITS.idsMax} ids are taken at once; say which by a filter instead.`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
