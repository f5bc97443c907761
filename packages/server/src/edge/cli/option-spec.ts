export interface OptionSpec {
  /** As commander writes it: `--tag <tag>`. */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
  /** May be given several times. */
  readonly many?: true
}

export interface ArgumentSpec {
  /** `<question...>`, `[path]`. */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
}
