import { ERRORS, type ErrorCode } from '@forge-cascade/contract'

/** Fixes that read otherwise at a command line than over HTTP. `help` is the command that shows the usage. */
const FIXES: Partial<Record<ErrorCode, (help: string) => string>> = {
  VALIDATION_FAILED: (help) => `\`${help}\` shows what it takes, with examples.`,
  UNAUTHENTICATED: () =>
    'With --url, put the token into CASCADE_TOKEN or name its file with --token-file; without, the file `token` of the data folder must be readable.',
  NOT_FOUND: () => 'Check the id: `search` and `ask` show whole ids.',
  CONFLICT: () => 'Look at it again (`show`): it is not in the state that this needs.',
  OUTCOME_UNKNOWN: () => 'Look whether it was done, and run the command again if not.',
  INTERNAL: () =>
    'Run it again; if it breaks again, `doctor` looks for the cause, and the log has it under the correlation id.',
}

/** What to do about an error, as a sentence. */
export const fixOf = (code: ErrorCode, help: string): string => FIXES[code]?.(help) ?? ERRORS[code].fix
