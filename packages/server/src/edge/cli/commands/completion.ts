import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { completionScript, INSTALL, isShell, SHELLS } from '../completion.ts'

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'Completion for your shell',
  description:
    'Prints the script that completes commands, options and their values, and says the one line that installs it.',
  arguments: [{ flags: '<shell>', description: 'For which shell', choices: SHELLS }],
  examples: [
    { line: 'completion bash', does: 'prints the script for bash, with the line that installs it' },
    { line: 'completion fish > ~/.config/fish/completions/cascade.fish', does: 'installs it for fish' },
  ],
  run: async ({ program, screen }, input) => {
    const shell = input.argument(0) ?? ''
    if (!isShell(shell)) throw usage(`There is completion for ${SHELLS.join(', ')}; got ${JSON.stringify(shell)}.`)
    await screen.print(completionScript(shell, program))
    screen.note(`To install it: ${INSTALL[shell]}`)
    return 'ok'
  },
}
