import { ERRORS, type ErrorCode } from '@forge-cascade/contract'

/**
 * Fixes that read otherwise at a command line than over HTTP, where the line above is the detail and no header is in
 * sight. `help` is the command that shows the usage.
 */
const FIXES: Partial<Record<ErrorCode, (help: string) => string>> = {
  VALIDATION_FAILED: (help) => `\`${help}\` shows what it takes, with examples.`,
  UNPROCESSABLE: (help) => `Change what the line above names; \`${help}\` shows what it takes.`,
  UNAUTHENTICATED: () =>
    'With --url, put the token into CASCADE_TOKEN or name its file with --token-file; without, the file `token` of the data folder must be readable.',
  FORBIDDEN: () => 'Ask the owner of the capsule or an administrator.',
  NOT_FOUND: () => 'Check the id: `search` and `ask` show whole ids.',
  CONFLICT: () => 'Look at it again (`show`): it is not in the state that this needs.',
  DATA_FOLDER_IN_USE: () => 'Use the instance that is there, as the other commands do by themselves, or stop it.',
  OUTCOME_UNKNOWN: () => 'Look whether it was done, and run the command again if not.',
  RATE_LIMITED: () => 'Wait a minute and run it again.',
  INTERNAL: () =>
    'Run it again; if it breaks again, `doctor` looks for the cause, and the log has it under the correlation id.',
  CONFIG_INVALID: () => 'Change what the line above names; `config show` lists where each value comes from.',
  UNAVAILABLE: () => 'Try again in a moment; `doctor` says what is missing.',
  BOOT_FAILED: () => '`doctor` looks for the cause.',
  DATA_CORRUPT: () => 'Run `doctor`; `restore` the newest backup if it confirms the damage.',
  BACKUP_INVALID: () => 'Choose another file.',
}

/** What to do about an error, as a sentence. */
export const fixOf = (code: ErrorCode, help: string): string => FIXES[code]?.(help) ?? ERRORS[code].fix
