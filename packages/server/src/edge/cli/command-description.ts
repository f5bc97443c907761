import type { ArgumentSpec, OptionSpec } from './option-spec.ts'

/** A command as data, for help and for the reference pages. */
export interface CommandDescription {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly arguments: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly { readonly line: string; readonly does: string }[]
  /** What follows its name: `[options] <id>`. */
  readonly usage: string
}
