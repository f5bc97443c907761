import { isAbsolute, resolve } from 'node:path'
import { backupBody } from '@forge-cascade/contract'
import { checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { byteSize, number } from '../render/words.ts'
import { quoteForShell } from '../shell-word.ts'
import { printAnswer } from './answer.ts'

export const BACKUP: CommandSpec = {
  name: 'backup',
  summary: 'Write everything into one file, while the instance goes on',
  description:
    'Writes a new file that holds the whole store as of one moment, and checks it. Its user alone can read it (mode 0600). An existing file is not overwritten.',
  arguments: [{ flags: '<file>', description: 'The new file; with --url on the machine of the instance' }],
  examples: [
    { line: 'backup cascade.backup', does: 'writes a backup into this folder' },
    { line: 'backup /var/backups/cascade-2026-11-21.backup --json', does: 'prints its size and digest for a script' },
  ],
  run: async (context, input) => {
    const file = input.argument(0) ?? ''
    if (context.isRemote && !isAbsolute(file))
      throw usage('With --url, name the file in full: it is written by the instance.')
    const body = checkInput(backupBody, { path: context.isRemote ? file : resolve(context.io.cwd, file) })
    const { answer, raw } = await (await context.openSession()).call('createBackup', { body })
    const { view } = context.screen
    await printAnswer(context, raw, () => [
      `Wrote ${answer.path} (${byteSize(answer.bytes)}); it holds every change up to ${number(answer.sequence)}.`,
      view.paint.faint(`sha256 ${answer.sha256}`),
      // A backup is restored where it lies, without --url.
      context.isRemote
        ? `To restore it, stop that instance and run there: ${context.io.commandName} restore ${quoteForShell(file)}`
        : `To restore it, stop the instance and run: ${view.command(`restore ${quoteForShell(file)}`)}`,
    ])
    return 'ok'
  },
}
