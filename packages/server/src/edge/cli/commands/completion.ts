import { basename } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { completionScript, isShell, SHELLS, type Shell } from '../completion.ts'
import { installCompletion } from '../completion-install.ts'
import type { ExitName } from '../exit-code.ts'
import { printAnswer } from './answer.ts'

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'Completion for your shell',
  description:
    'Prints the script that completes commands, options and their values. With --install it is written where your shell finds it; bash and zsh get one line in their startup file. Run it again after an upgrade.',
  arguments: [{ flags: '[shell]', description: 'For which shell (that of SHELL)', choices: SHELLS }],
  options: [{ flags: '--install', description: 'Write it where the shell finds it' }],
  examples: [
    { line: 'completion --install', does: 'installs it for your shell' },
    { line: 'completion fish --install', does: 'installs it for fish' },
    { line: 'completion bash', does: 'prints the script for bash' },
  ],
  run: async (context, input) => {
    const shell = shellOf(context, input.argument(0))
    if (input.on('install')) return install(context, shell)
    const script = completionScript(shell, context.program)
    const line = context.screen.view.command(`completion ${shell} --install`)
    const answer = { shell, script: `${script.join('\n')}\n`, install: line }
    await printAnswer(context, answer, () => script)
    if (!context.settings.json) context.screen.note(`To install it: ${line}`)
    return 'ok'
  },
}

function shellOf({ io }: CommandContext, named: string | undefined): Shell {
  const shell = named ?? basename(io.env.SHELL ?? '')
  if (isShell(shell)) return shell
  const why = named === undefined ? 'SHELL names none of them' : `got ${JSON.stringify(named)}`
  throw usage(`There is completion for ${SHELLS.join(', ')}; ${why}.`)
}

async function install(context: CommandContext, shell: Shell): Promise<ExitName> {
  const { env } = context.io
  const home = env.HOME
  if (!home) throw usage('HOME is not set, so there is no place to install it; print the script instead.')
  const { scriptFile, startupFile, changed } = installCompletion(shell, completionScript(shell, context.program), {
    home,
    env,
  })
  const answer = { shell, script_file: scriptFile, startup_file: startupFile, changed }
  await printAnswer(context, answer, () => [
    changed
      ? `Completion for ${shell} is installed: ${scriptFile}`
      : `Completion for ${shell} is in place: ${scriptFile}`,
    ...(startupFile === null ? [] : [`${startupFile} loads it.`]),
    'New shells have it.',
  ])
  return 'ok'
}
