import type { Command, Option } from 'commander'

/** A command as completion and the reference page see it, read from commander's tree. */
export interface CommandNode {
  /** Words after the program's name; empty for the program itself. */
  readonly words: readonly string[]
  readonly summary: string
  readonly description: string
  readonly usage: string
  readonly arguments: readonly {
    readonly name: string
    readonly description: string
    readonly choices: readonly string[]
  }[]
  readonly options: readonly OptionNode[]
  readonly commands: readonly CommandNode[]
}

export interface OptionNode {
  readonly flags: string
  readonly long: string
  readonly description: string
  readonly choices: readonly string[]
  /** True when a value follows. */
  readonly takesValue: boolean
}

export const readTree = (command: Command, words: readonly string[] = []): CommandNode => ({
  words,
  summary: command.summary(),
  description: command.description(),
  usage: command.usage(),
  arguments: command.registeredArguments.map((each) => ({
    name: each.name(),
    description: each.description,
    choices: each.argChoices ?? [],
  })),
  options: command.createHelp().visibleOptions(command).map(readOption),
  commands: command.commands.map((child) => readTree(child, [...words, child.name()])),
})

const readOption = (option: Option): OptionNode => ({
  flags: option.flags,
  long: option.long ?? option.flags,
  description: option.description,
  choices: option.argChoices ?? [],
  takesValue: option.required || option.optional,
})

/** Every command of the tree, the program itself first. */
export const flattenTree = (node: CommandNode): readonly CommandNode[] => [node, ...node.commands.flatMap(flattenTree)]
