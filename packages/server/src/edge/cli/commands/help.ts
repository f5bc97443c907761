import type { Command } from 'commander'
import { didYouMean } from '#config'
import type { CommandDescription } from '../command-description.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { EXIT } from '../exit-code.ts'
import { GLOBAL_OPTIONS } from '../global-settings.ts'
import { columnize } from '../render/text.ts'

export const HELP: CommandSpec = {
  name: 'help',
  summary: 'Help for a command, or about exit-codes',
  description: 'Shows the same as --help behind a command. `help exit-codes` lists how commands end.',
  arguments: [{ flags: '[command...]', description: 'A command, or exit-codes' }],
  examples: [
    { line: 'help import', does: 'explains a command' },
    { line: 'help exit-codes', does: 'lists the exit codes' },
  ],
  run: async ({ program, screen, settings, describe }, input: CommandInput) => {
    const topic = input.argument(0)
    if (settings.json) {
      await screen.json(helpJson(program, describe(), topic))
      return 'ok'
    }
    if (topic === EXITS) await screen.print(exitCodeLines())
    else findCommand(program, topic).help()
    return 'ok'
  },
}

/** How commands end, a line each. */
export const exitCodeLines = (): string[] =>
  columnize(Object.values(EXIT).map(({ code, meaning }) => [String(code).padStart(3), meaning]))

const EXITS = 'exit-codes'

/** Everything a topic says, as data; the whole program without one. */
export function helpJson(program: Command, commands: readonly CommandDescription[], topic = '') {
  const isExits = topic === EXITS
  if (!isExits) findCommand(program, topic)
  const isMeant = ({ name }: CommandDescription) => topic === '' || name === topic || name.startsWith(`${topic} `)
  return {
    commands: isExits ? [] : commands.filter(isMeant),
    options: GLOBAL_OPTIONS,
    exits: Object.values(EXIT),
  }
}

function findCommand(program: Command, topic = ''): Command {
  let found = program
  for (const word of topic.split(' ').filter((each) => each !== '')) {
    const next = found.commands.find((child) => child.name() === word)
    if (next === undefined) throw unknown(word, found)
    found = next
  }
  return found
}

function unknown(word: string, within: Command): Error {
  if (word === EXITS) return usage(`${EXITS} stands alone: help ${EXITS}.`)
  const near = didYouMean(word, [...within.commands.map((child) => child.name()), EXITS])
  return usage(`There is no command ${JSON.stringify(word)}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
}
