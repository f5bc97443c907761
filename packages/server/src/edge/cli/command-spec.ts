import type { CommandContext } from './command-context.ts'
import type { CommandInput } from './command-input.ts'
import type { ExitName } from './exit-code.ts'
import type { ArgumentSpec, OptionSpec } from './option-spec.ts'

export interface Example {
  /** The command line without the program's name. */
  readonly line: string
  /** What it does, as a sentence without its subject: `finds decisions alone`. */
  readonly does: string
}

/** One command as data: the tree of commander, the help, the completions and the reference page are made from it. */
export interface CommandSpec {
  /** Its words; two for a command of a group: `config show`. */
  readonly name: string
  /** One line in the list of commands. */
  readonly summary: string
  /** What it does, what it prints, how it ends. */
  readonly description: string
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly [Example, ...Example[]]
  /**
   * Whether it needs what is stored, as one that looks at it, copies it or changes its key does: where nothing was stored yet
   * it says so, and makes no store. It may make one when left out.
   */
  readonly reads?: true | ((input: CommandInput) => boolean)
  readonly run: (context: CommandContext, input: CommandInput) => Promise<ExitName>
}
