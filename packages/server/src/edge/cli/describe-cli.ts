import type { CommandDescription } from './command-description.ts'
import { commandJson, type JsonShape } from './command-json.ts'
import { COMMANDS } from './commands/index.ts'
import { describeCommand } from './describe-command.ts'
import { EXIT } from './exit-code.ts'
import { GLOBAL_OPTIONS } from './global-settings.ts'
import type { OptionSpec } from './option-spec.ts'

export interface CliDescription {
  readonly commands: readonly (CommandDescription & {
    /** What it prints with `--json`. */
    readonly json: readonly JsonShape[]
  })[]
  /** What every command takes. */
  readonly options: readonly OptionSpec[]
  readonly exits: readonly { readonly code: number; readonly meaning: string }[]
}

/** The whole command line as data, for the reference pages. */
export function describeCli(): CliDescription {
  const shapes = commandJson()
  return {
    commands: COMMANDS.map((spec) => ({ ...describeCommand(spec), json: shapes[spec.name] ?? [] })),
    options: GLOBAL_OPTIONS,
    exits: Object.values(EXIT),
  }
}
