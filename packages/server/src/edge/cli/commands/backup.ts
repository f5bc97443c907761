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
    'Writes a new file that holds the whole store as of one moment, sealed with a key of its own. The key goes into the folder of keys (`backup.keys`), and without it nobody can restore the file. An existing file is not overwritten.',
  arguments: [{ flags: '<file>', description: 'The new file; with --url on the machine of the instance' }],
  options: [{ flags: '--with-key <file>', description: 'Also write the key into this new file, to take it elsewhere' }],
  examples: [
    { line: 'backup cascade.backup', does: 'writes a backup into this folder' },
    {
      line: 'backup /mnt/usb/cascade.backup --with-key ~/cascade.key',
      does: 'makes one that another machine can restore',
    },
    { line: 'backup /var/backups/cascade-2026-11-21.backup --json', does: 'prints its size and digest for a script' },
  ],
  reads: true,
  run: async (context, input) => {
    const [file, key] = [input.argument(0) ?? '', input.text('with-key')]
    if (context.isRemote && [file, key].some((one) => one !== undefined && !isAbsolute(one)))
      throw usage('With --url, name files in full: they are written by the instance.')
    const onItsMachine = (path: string) => (context.isRemote ? path : resolve(context.io.cwd, path))
    const body = checkInput(backupBody, {
      path: onItsMachine(file),
      ...(key !== undefined && { key_path: onItsMachine(key) }),
    })
    const { answer, raw } = await (await context.openSession()).call('createBackup', { body })
    const { view } = context.screen
    await printAnswer(context, raw, () => [
      `Wrote ${answer.path} (${byteSize(answer.bytes)}); it holds every change up to ${number(answer.sequence)}.`,
      view.paint.faint(`sha256 ${answer.sha256}`),
      answer.key_path === null
        ? `Its key lies in ${answer.keys} alone. Without it nobody can restore the backup: keep a copy of that folder elsewhere.`
        : `Its key lies in ${answer.keys} and in ${answer.key_path}. Keep it apart from the backup: whoever has both can read everything.`,
      // A backup is restored where it lies, without --url.
      context.isRemote
        ? `To restore it, stop that instance and run there: ${context.io.commandName} restore ${quoteForShell(file)}`
        : `To restore it, stop the instance and run: ${view.command(`restore ${quoteForShell(file)}`)}`,
    ])
    return 'ok'
  },
}
