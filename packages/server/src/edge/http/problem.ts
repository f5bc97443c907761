import { ERRORS, errorPath, type Problem } from '@forge-cascade/contract'
import type { CascadeError } from '#base'

/** What the problem document says of its own request. */
export interface ProblemPlace {
  /** Path of the request, without its query. */
  readonly instance: string
  readonly correlationId: string
}

/** The problem document of an error. @see RFC 9457 section 3 */
export function toProblem(error: CascadeError, { instance, correlationId }: ProblemPlace): Problem {
  const { code, detail, errors, extensions } = error
  const { title, status } = ERRORS[code]
  return {
    ...extensions,
    type: errorPath(code),
    title,
    status,
    detail,
    instance,
    code,
    correlation_id: correlationId,
    errors,
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
const INSTANCE_LENGTH_MAX = 500

/** The path of a request target, cut: an answer does not repeat a long address. */
export const instanceOf = (url: string | undefined): string =>
  (url ?? '/').split('?', 1)[0]!.slice(0, INSTANCE_LENGTH_MAX)
