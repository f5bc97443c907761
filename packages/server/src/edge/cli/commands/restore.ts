import { resolve } from 'node:path'
import { CascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, readTime, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { confirm } from '../confirm.ts'
import { findLiving } from '../connect.ts'
import type { ExitName } from '../exit-code.ts'
import type { KeyPlaces, RestoredBackup, RestoredPoint } from '../local-instance.ts'
import { restorableLines } from '../render/restorable-lines.ts'
import { byteSize, number } from '../render/words.ts'
import { printAnswer } from './answer.ts'

export const RESTORE: CommandSpec = {
  name: 'restore',
  summary: 'Put a backup, or an earlier point in time, into the data folder',
  description:
    'Replaces the store of the data folder by that of a backup, or with --at by what the store was at an earlier sequence or time, from the log that was shipped (`backup.ship`). With --as-is the store that is there goes on, such as an older copy of the folder that a start refuses. What is restored begins a signed log of its own. It is checked first; what was there is kept beside it. No instance may be running on the folder. Asks before it begins; --yes answers.',
  arguments: [{ flags: '[file]', description: 'A file that `backup` wrote; not with --at' }],
  options: [
    { flags: '--at <point>', description: 'A sequence, a time, or `newest`: the last commit that is not after it' },
    {
      flags: '--from <folder>',
      description: 'Folder that the log was shipped to, unless it is `backup.ship.directory`',
    },
    { flags: '--as-is', description: 'Go on with the store that lies in the folder, such as an older copy of it' },
    { flags: '--list', description: 'Show what can be restored, and restore nothing' },
    { flags: '--key <file>', description: 'The key, as `backup --with-key` wrote it' },
    { flags: '--keys <folder>', description: 'Folder with the key; the one in use is looked into as well' },
    { flags: '--yes', description: 'Do not ask' },
  ],
  examples: [
    { line: 'restore cascade.backup', does: 'restores after asking' },
    { line: 'restore cascade.backup --data /srv/cascade --yes', does: 'restores into another folder, in a script' },
    { line: 'restore --list', does: 'shows what can be restored' },
    {
      line: 'restore --at 4711 --data /srv/before',
      does: 'puts what was there up to change 4711 into a folder of its own',
    },
    { line: 'restore --at 2026-11-21T09:00:00Z', does: 'goes back to a time' },
    { line: 'restore --as-is', does: 'goes on with an older copy of the folder, on purpose' },
  ],
  run: async (context, input) => {
    if (input.on('list')) return list(context, input)
    const wanted = wantedOf(context, input)
    const directory = localFolder(context)
    await refuseWhileOwned(directory)
    if (
      !input.on('yes') &&
      !(await confirm(context, `Replace the store in ${directory} by ${wanted.words}?`, 'restores'))
    ) {
      context.screen.note('Nothing was restored.')
      return 'failed'
    }
    const restored = await wanted.restore(directory)
    await printAnswer(context, restored, () => [
      `Restored ${restored.path} (${byteSize(restored.bytes)}), every change up to ${number(restored.sequence)}.`,
      ...(restored.kept === null ? [] : [`What was there before is kept in ${restored.kept}.`]),
      'Its next start begins a signed log of its own, under another name: `ledger show` has it.',
    ])
    return 'ok'
  },
}

interface Wanted {
  /** What replaces the store, for the question. */
  readonly words: string
  readonly restore: (directory: string) => Promise<RestoredBackup>
}

function wantedOf(context: CommandContext, input: CommandInput): Wanted {
  const { io } = context
  const [file, at] = [input.argument(0), input.text('at')]
  if (Number(file !== undefined) + Number(at !== undefined) + Number(input.on('as-is')) !== 1)
    throw usage('Name the file of a backup, or a point with --at; or --as-is for what is there.')
  if (input.on('as-is')) return { words: 'itself, under a log of its own', restore: (into) => io.restoreAsIs(into) }
  const keys = keysOf(context, input)
  if (at === undefined) {
    const path = resolve(io.cwd, file ?? '')
    return { words: `the backup ${path}`, restore: (directory) => io.restoreBackup(directory, path, keys) }
  }
  const from = shippedTo(context, input)
  if (from === undefined) throw usage('Nothing says where the log was shipped to: --from, or backup.ship.directory.')
  const point = pointOf(input, at)
  return {
    words: `what it was at ${at}`,
    restore: (directory) => io.restorePoint(directory, { ...keys, from, point }),
  }
}

async function list(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const { keys } = keysOf(context, input)
  const from = shippedTo(context, input)
  const found = await context.io.listRestorable(localFolder(context), { from, ...(keys !== undefined && { keys }) })
  await printAnswer(context, found, () => restorableLines(found))
  return 'ok'
}

/** @throws CascadeError VALIDATION_FAILED for what is neither a sequence, nor a time, nor `newest`. */
function pointOf(input: CommandInput, at: string): RestoredPoint {
  if (at === 'newest') return { kind: 'newest' }
  if (/^\d{1,15}$/.test(at)) return { kind: 'sequence', sequence: Number(at) }
  return { kind: 'time', time: new Date(readTime(input, 'at') ?? at).toISOString() }
}

function shippedTo(context: CommandContext, input: CommandInput): string | undefined {
  const from = input.text('from')
  return from === undefined ? context.loadConfig().config.backup.ship.directory : resolve(context.io.cwd, from)
}

function keysOf(context: CommandContext, input: CommandInput): KeyPlaces {
  const [file, folder] = [input.text('key'), input.text('keys')]
  const keys = folder === undefined ? context.loadConfig().config.backup.keys : resolve(context.io.cwd, folder)
  return {
    ...(keys !== undefined && { keys }),
    ...(file !== undefined && { keyFile: resolve(context.io.cwd, file) }),
  }
}

function localFolder(context: CommandContext): string {
  if (context.isRemote) throw usage('A backup is restored on the machine of the data folder, without --url.')
  return context.loadConfig().config.data.dir
}

async function refuseWhileOwned(directory: string): Promise<void> {
  const owner = await findLiving(directory)
  if (owner === undefined) return
  throw new CascadeError(
    'DATA_FOLDER_IN_USE',
    `Process ${owner.pid} is using ${directory}; stop it first, then restore.`,
  )
}
