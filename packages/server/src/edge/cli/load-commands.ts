import type { CommandSpec } from './command-spec.ts'
import { START } from './commands/start.ts'

/**
 * The commands that a command line can mean. `start` alone where that is its first word: whoever waits for a server to
 * answer need not wait until the other commands are loaded.
 *
 * @param argv the words after the program's name.
 */
export const loadCommands = async (argv: readonly string[]): Promise<readonly CommandSpec[]> =>
  argv[0] === START.name ? [START] : (await import('./commands/index.ts')).COMMANDS
