import { ERRORS, type ErrorDefinition } from '@forge-cascade/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CascadeError } from '#base'
import type { Logger } from '#observability'
import type { AllowedMethods } from './allowed-methods.ts'
import { toCascadeError } from './framework-error.ts'
import { instanceOf, PROBLEM_TYPE, toProblem } from './problem.ts'

/** The one place where a failure becomes an answer. */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const known = toCascadeError(error)
  const { correlationId, headBefore, grant } = request.visit
  if (known.status >= 500) report(logger, error, known, correlationId)
  if (known.retryAfterS !== undefined) reply.header('retry-after', String(Math.ceil(known.retryAfterS)))
  if (hasLongBody(request)) reply.header('connection', 'close')
  if (grant) reply.header('cascade-sequence', String(headBefore))
  const problem = toProblem(known, { instance: instanceOf(request.url), correlationId })
  return reply.code(known.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

/** What passes by itself is told in a line; what somebody must look at, with everything that is known. */
function report(logger: Logger, error: unknown, { code, detail }: CascadeError, correlationId: string): void {
  const fields = { code, correlation_id: correlationId }
  const definition: ErrorDefinition = ERRORS[code]
  if (definition.retryable === true) logger.warn('a request was put off', { ...fields, detail })
  else logger.error('a request failed', { ...fields, error })
}

/** The rest of a long body that nobody wants is not waited for: the connection ends with the answer. */
function hasLongBody({ headers, raw }: FastifyRequest): boolean {
  if (raw.complete) return false
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > UNREAD_BYTES_MAX
}

const UNREAD_BYTES_MAX = 64 * 1024

/** No route has this path, or none with this method; then `Allow` says which there are. @see RFC 9110 section 15.5.6 */
export function notFound(request: FastifyRequest, reply: FastifyReply, allowed: AllowedMethods): CascadeError {
  const methods = allowed.of(instanceOf(request.url))
  if (methods.length === 0) return new CascadeError('NOT_FOUND', 'No route has this path; /reference shows all.')
  reply.header('allow', methods.join(', '))
  return new CascadeError('METHOD_NOT_ALLOWED', `This path takes ${methods.join(', ')}.`)
}
