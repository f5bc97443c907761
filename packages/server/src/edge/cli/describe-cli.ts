import type { CommandSpec } from './command-spec.ts'
import { COMMANDS } from './commands/index.ts'
import { EXIT } from './exit-code.ts'
import { GLOBAL_OPTIONS } from './global-settings.ts'
import type { ArgumentSpec, OptionSpec } from './option-spec.ts'

export interface CommandDescription extends Required<Omit<CommandSpec, 'run'>> {
  /** What follows its name: `[options] <id>`. */
  readonly usage: string
}

export interface CliDescription {
  readonly commands: readonly CommandDescription[]
  /** What every command takes. */
  readonly options: readonly OptionSpec[]
  readonly exits: readonly { readonly code: number; readonly meaning: string }[]
}

/** The whole command line as data, for the reference page. */
export const describeCli = (): CliDescription => ({
  commands: COMMANDS.map(({ name, summary, description, arguments: words = [], options = [], examples }) => ({
    name,
    summary,
    description,
    arguments: words,
    options,
    examples,
    usage: usageOf(words, options),
  })),
  options: GLOBAL_OPTIONS,
  exits: Object.values(EXIT),
})

const usageOf = (words: readonly ArgumentSpec[], options: readonly OptionSpec[]): string =>
  [...(options.length === 0 ? [] : ['[options]']), ...words.map(({ flags }) => flags)].join(' ')
