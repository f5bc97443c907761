import type { ErrorCode } from '@forge-cascade/contract'
import { CascadeError, type FieldProblem, fileTrouble, isCascadeError, isErrno, messageOf } from '#base'

/** A CascadeError as plain data, which structured clone carries from thread to thread. */
export interface ErrorFields {
  readonly code: ErrorCode
  readonly detail: string
  readonly errors: readonly FieldProblem[]
  readonly extensions: Readonly<Record<string, unknown>>
  readonly retryAfterS: number | undefined
  /** What caused it, for the log. */
  readonly cause: string | undefined
}

/** Primary result codes of SQLite that say something about the storage and nothing about a command. */
const STORAGE_CODES: Readonly<
  Record<number, { readonly kind: 'full' | 'io' | 'busy' | 'corrupt'; readonly code: ErrorCode }>
> = {
  5: { kind: 'busy', code: 'UNAVAILABLE' },
  6: { kind: 'busy', code: 'UNAVAILABLE' },
  7: { kind: 'io', code: 'UNAVAILABLE' },
  8: { kind: 'io', code: 'UNAVAILABLE' },
  10: { kind: 'io', code: 'UNAVAILABLE' },
  11: { kind: 'corrupt', code: 'DATA_CORRUPT' },
  13: { kind: 'full', code: 'STORAGE_FULL' },
  14: { kind: 'io', code: 'UNAVAILABLE' },
  26: { kind: 'corrupt', code: 'DATA_CORRUPT' },
}

/** A unique key that is taken: all other rules are checked before anything is written. */
const CONSTRAINT = 19

/** True for an error that came from the disk, and not from what was asked. */
export function isStorageFailure(error: unknown, kind?: 'full' | 'io' | 'busy' | 'corrupt'): boolean {
  const found = STORAGE_CODES[primaryCode(error)]
  return found !== undefined && (kind === undefined || found.kind === kind)
}

export function toErrorFields(error: unknown): ErrorFields {
  const known = isCascadeError(error) ? error : translate(error)
  const { code, detail, errors, extensions, retryAfterS, cause } = known
  return { code, detail, errors, extensions, retryAfterS, cause: cause === undefined ? undefined : messageOf(cause) }
}

export function fromErrorFields({ code, detail, errors, extensions, retryAfterS, cause }: ErrorFields): CascadeError {
  return new CascadeError(code, detail, {
    errors,
    extensions,
    cause,
    ...(retryAfterS !== undefined && { retryAfterS }),
  })
}

function translate(error: unknown): CascadeError {
  if (primaryCode(error) === CONSTRAINT) {
    return new CascadeError('CONFLICT', `what is to be written is there already: ${messageOf(error)}`, { cause: error })
  }
  const storage = STORAGE_CODES[primaryCode(error)]
  if (storage) return new CascadeError(storage.code, `the store's file: ${messageOf(error)}`, { cause: error })
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
    return new CascadeError('STORAGE_FULL', `a file of the store: ${fileTrouble(error)}`, { cause: error })
  }
  return new CascadeError('INTERNAL', `the store failed: ${messageOf(error)}`, { cause: error })
}

/** @see https://www.sqlite.org/rescode.html: the low byte of an extended code is the primary one. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0
  return error.errcode & 0xff
}
