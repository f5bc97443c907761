import { createInterface } from 'node:readline/promises'
import type { CliIo } from './cli-io.ts'
import type { CommandContext } from './command-context.ts'
import { usage } from './command-input.ts'

/**
 * Asks whoever is at the terminal before something that is not taken back.
 *
 * @param does what the command does with --yes, such as `restores`.
 * @throws CascadeError of a wrong call where nobody can be asked.
 */
export async function confirm(
  { io, screen, settings }: CommandContext,
  question: string,
  does: string,
): Promise<boolean> {
  if (settings.json) throw usage(`With --json nobody is asked; --yes ${does} without asking.`)
  if (!isAsked(io)) throw usage(`Nobody is at the terminal to be asked; --yes ${does} without asking.`)
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
