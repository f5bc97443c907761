import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import type { CascadeError } from '#base'

/** How a command ends. Scripts rely on these; they are documented and do not change within a major version. */
export const EXIT = {
  ok: { code: 0, meaning: 'It worked.' },
  failed: { code: 1, meaning: 'Something broke; the line on standard error says what.' },
  usage: { code: 2, meaning: 'The command line or the input is wrong; nothing was done.' },
  notFound: { code: 3, meaning: 'There is no such thing, or nothing was found.' },
  refused: { code: 4, meaning: 'Not allowed: no token, or the gate refused.' },
  conflict: { code: 5, meaning: 'The state does not allow it, or somebody else changed it first.' },
  unavailable: { code: 6, meaning: 'No instance answers, or it is not ready; trying again later may work.' },
  damaged: {
    code: 7,
    meaning:
      '`doctor`, `ledger show`, `ledger verify`, `archive verify`, `evidence verify`, `evidence explain` or an export found damage, a backup is not whole, the log is not the one that was signed (also `evidence changes`, `ledger witness`, `ledger publish`), an artifact, policies or their cases did not pass, or `gate replay` came to another decision or could not make one again.',
  },
  held: { code: 8, meaning: 'It waits for somebody’s approval; nothing was done yet.' },
  interrupted: { code: 130, meaning: 'Stopped by Ctrl-C.' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>

export type ExitName = keyof typeof EXIT

const BY_STATUS: Readonly<Record<number, ExitName>> = {
  400: 'usage',
  401: 'refused',
  403: 'refused',
  404: 'notFound',
  409: 'conflict',
  410: 'notFound',
  412: 'conflict',
  413: 'usage',
  415: 'usage',
  422: 'usage',
  428: 'usage',
  429: 'unavailable',
  503: 'unavailable',
  507: 'unavailable',
}

const BY_CODE: Partial<Record<ErrorCode, ExitName>> = {
  CONFIG_INVALID: 'usage',
  BACKUP_INVALID: 'damaged',
  BACKUP_KEY_MISSING: 'damaged',
  DATA_CORRUPT: 'damaged',
  LEDGER_FORKED: 'damaged',
  ARCHIVE_DAMAGED: 'damaged',
}

/** How a command ends that failed so. What waits for an approval was answered with it, and is no refusal. */
export const endOfError = ({ code, extensions }: Pick<CascadeError, 'code' | 'extensions'>): ExitName =>
  code === 'APPROVAL_REQUIRED' && 'approval' in extensions ? 'held' : exitOf(code)

/** How a command ends that failed with this code. */
export const exitOf = (code: ErrorCode): ExitName => BY_CODE[code] ?? BY_STATUS[ERRORS[code].status] ?? 'failed'
