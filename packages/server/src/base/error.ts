import { ERRORS, type ErrorCode } from '@forge-cascade/contract/vocabulary'

/** One field that was wrong: where (JSON pointer, RFC 6901), which rule, and the sentence for a person. */
export interface FieldProblem {
  readonly pointer: string
  readonly code: string
  readonly message: string
}

export interface CascadeErrorOptions {
  readonly errors?: readonly FieldProblem[]
  /** Extra members for the problem document, never secrets. */
  readonly extensions?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
  readonly retryAfterS?: number
}

/**
 * The only error that leaves a context. `code` is a row of the catalogue; `detail` says what was expected, what came
 * and what to do, and holds no secret: it is shown to the caller.
 */
export class CascadeError extends Error {
  override readonly name = 'CascadeError'
  readonly code: ErrorCode
  readonly detail: string
  readonly errors: readonly FieldProblem[]
  readonly extensions: Readonly<Record<string, unknown>>
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, detail: string, options: CascadeErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = detail
    this.errors = options.errors ?? []
    this.extensions = options.extensions ?? {}
    this.retryAfterS = options.retryAfterS ?? ('retryable' in ERRORS[code] ? 1 : undefined)
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

export const isCascadeError = (error: unknown): error is CascadeError => error instanceof CascadeError

/**
 * The message of anything thrown, for logs and details. Of an object that is no error it tells the kind alone: its
 * members may be secrets, and turning it into text may itself throw.
 */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return Object(error) === error ? Object.prototype.toString.call(error) : String(error)
}
