import type { CommandDescription } from './command-description.ts'
import type { CommandSpec } from './command-spec.ts'
import type { ArgumentSpec, OptionSpec } from './option-spec.ts'

/** A command as data. */
export const describeCommand = ({
  name,
  summary,
  description,
  arguments: words = [],
  options = [],
  examples,
}: CommandSpec): CommandDescription => ({
  name,
  summary,
  description,
  arguments: words,
  options,
  examples,
  usage: usageOf(words, options),
})

const usageOf = (words: readonly ArgumentSpec[], options: readonly OptionSpec[]): string =>
  [...(options.length === 0 ? [] : ['[options]']), ...words.map(({ flags }) => flags)].join(' ')
