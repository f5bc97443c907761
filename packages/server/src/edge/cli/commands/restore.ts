import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { CascadeError } from '#base'
import type { CliIo } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { findLiving } from '../connect.ts'
import type { KeyPlaces } from '../local-instance.ts'
import { byteSize, number } from '../render/words.ts'
import { printAnswer } from './answer.ts'

export const RESTORE: CommandSpec = {
  name: 'restore',
  summary: 'Put a backup into the data folder',
  description:
    'Replaces the store of the data folder by that of a backup, which is checked first. What was there is kept beside it. No instance may be running on the folder. Asks before it begins; --yes answers.',
  arguments: [{ flags: '<file>', description: 'A file that `backup` wrote' }],
  options: [
    { flags: '--key <file>', description: 'The key, as `backup --with-key` wrote it' },
    { flags: '--keys <folder>', description: 'Folder with the key; the one in use is looked into as well' },
    { flags: '--yes', description: 'Do not ask' },
  ],
  examples: [
    { line: 'restore cascade.backup', does: 'restores after asking' },
    { line: 'restore cascade.backup --data /srv/cascade --yes', does: 'restores into another folder, in a script' },
  ],
  run: async (context, input) => {
    const file = resolve(context.io.cwd, input.argument(0) ?? '')
    const directory = localFolder(context)
    await refuseWhileOwned(directory)
    if (!input.on('yes') && !(await confirm(context, `Replace the store in ${directory} by the backup ${file}?`))) {
      context.screen.note('Nothing was restored.')
      return 'failed'
    }
    const restored = await context.io.restoreBackup(directory, file, keysOf(context, input))
    await printAnswer(context, restored, () => [
      `Restored ${restored.path} (${byteSize(restored.bytes)}), every change up to ${number(restored.sequence)}.`,
      ...(restored.kept === null ? [] : [`What was there before is kept in ${restored.kept}.`]),
    ])
    return 'ok'
  },
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

async function confirm({ io, screen, settings }: CommandContext, question: string): Promise<boolean> {
  if (settings.json) throw usage('With --json nobody is asked; --yes restores without asking.')
  if (!isAsked(io)) throw usage('Nobody is at the terminal to be asked; --yes restores without asking.')
  screen.note(question)
  // Not in terminal mode: the terminal itself then turns Ctrl-C into the signal that ends the command.
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: false })
  try {
    return /^y(es)?$/i.test((await lines.question('Type yes to go on: ')).trim())
  } finally {
    lines.close()
  }
}

const isAsked = ({ stdin, stderr }: CliIo): boolean => stdin.isTTY === true && stderr.isTTY === true
