import type { RouteDefinition } from '@forge-cascade/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CascadeError, isCascadeError } from '#base'
import type { Decision, Gate } from '#governance'
import { withDeadline } from '#lifecycle'
import type { Perform } from '#mcp'
import { withCorrelationId } from '#observability'
import { COVERS } from '#store'
import type { Admission } from './admission.ts'
import { sendAnswer } from './answer.ts'
import { type ApprovalDoor, heldAnswer, isDryRun, refuseDryRun } from './approval-door.ts'
import { carryOutAnswer } from './carry-out.ts'
import type { AnyAnswer, UntypedHandler } from './handler.ts'
import type { InFlight } from './idempotency.ts'
import { bodyOf, type ParsedRequest, parseRequest } from './route-request.ts'
import { getCredential, type Visit } from './visit.ts'

/** What every route's handler works with. */
export interface RouteHandlerOptions {
  readonly admission: Admission
  readonly gate: Pick<Gate, 'carryOut'>
  readonly inFlight: InFlight
  readonly newId: () => string
  /** Sequence of the newest leaf. */
  readonly head: () => number
  readonly answerMsMax: number
  readonly performFor: (visit: Visit) => Perform
  readonly approvals?: ApprovalDoor
}

/** Fastify's handler of a row: parse, carry out once, answer. */
export function routeHandler(route: RouteDefinition, handler: UntypedHandler, options: RouteHandlerOptions) {
  const changes = 'action' in route.access && COVERS[route.access.action].length > 0
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (request.visit.isUndecided) await options.admission.decideOnBody(route, request, reply, bodyOf(route, request))
    if (request.visit.held && isDryRun(request)) await options.admission.admitDryRun(route, request.visit)
    const parsed = parseRequest(route, request, options)
    if (request.visit.held) {
      const parked = await park(request.visit.held, route, request, options)
      reply.header('cascade-sequence', String(options.head()))
      return sendAnswer(request, reply, parked)
    }
    if (route.idempotent && parsed.call) request.visit.own(options.inFlight.enter(parsed.call.command.id))
    const handle = () => withCorrelationId(parsed.correlationId, () => handler(asHandlerRequest(parsed)))
    const carryOut = () => carryOutAnswer(options.gate, request.visit.grant, handle)
    const work = () => orStopped(request.visit, carryOut)
    const answer = route.unhurried ? await work() : await answerInTime(work, request, changes, options.answerMsMax)
    const seen = answer.sequence ?? (changes ? options.head() : request.visit.headBefore)
    if ('action' in route.access) reply.header('cascade-sequence', String(seen))
    return sendAnswer(request, reply, answer)
  }
}

/** Has a request that is held wait; it was parsed, so that what waits is well formed. */
async function park(
  held: Decision,
  { id }: RouteDefinition,
  { visit, query, body, headers }: FastifyRequest,
  { approvals }: RouteHandlerOptions,
): Promise<AnyAnswer> {
  const operation = { id, params: visit.params, query: query ?? {}, body, ifMatch: headers['if-match'] ?? null }
  refuseDryRun(held, operation)
  if (approvals === undefined) throw new CascadeError('INTERNAL', 'Nothing can wait for an approval here.')
  return heldAnswer(await approvals.park(held, getCredential(visit), operation))
}

// The parts were parsed by the schemas of the very row from which the handler's parameter type is derived.
const asHandlerRequest = (parsed: ParsedRequest): never => parsed as never

/** Waits no longer than until an emergency is turned on. @throws CascadeError EMERGENCY_ACTIVE. */
async function orStopped({ signal }: Visit, work: () => Promise<AnyAnswer> | AnyAnswer): Promise<AnyAnswer> {
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => {
    if (isEmergency(signal.reason)) stopped.reject(signal.reason)
  }
  if (isEmergency(signal.reason)) throw signal.reason
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work(), stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const isEmergency = (reason: unknown): boolean => isCascadeError(reason) && reason.code === 'EMERGENCY_ACTIVE'

/** @throws CascadeError DEADLINE_EXCEEDED, or OUTCOME_UNKNOWN where something may have been changed. */
async function answerInTime(
  work: () => Promise<AnyAnswer> | AnyAnswer,
  { visit }: FastifyRequest,
  changes: boolean,
  limitMs: number,
): Promise<AnyAnswer> {
  const outcome = await withDeadline(work, limitMs)
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'failed') throw outcome.error
  const late = new CascadeError(
    changes ? 'OUTCOME_UNKNOWN' : 'DEADLINE_EXCEEDED',
    `There was no answer within ${limitMs / 1000} seconds.`,
  )
  visit.abort(late)
  throw late
}
