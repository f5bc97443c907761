import type { IncomingHttpHeaders } from 'node:http'
import type { Action, RouteDefinition } from '@forge-cascade/contract'
import type { FastifyRequest } from 'fastify'
import { CascadeError, type FieldProblem } from '#base'
import type { Call, DecideCapsule, DecideNew } from '#capsules'
import type { Credential } from '#identity'
import type { Perform } from '#mcp'
import type { Grant } from '#store'
import { validate, validationFailed } from '../validate.ts'
import type { Admission } from './admission.ts'
import { parseTagCondition, type TagCondition } from './entity-tag.ts'
import { newCapsuleOf } from './facts.ts'
import type { LineBody } from './handler.ts'
import { identify, parseIdempotencyKey } from './idempotency.ts'
import { instanceOf } from './problem.ts'
import { getCredential, type Visit } from './visit.ts'

/** A request with its parts parsed, as a handler takes it. */
export interface ParsedRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly call: Call | undefined
  readonly ifMatch: TagCondition | undefined
  readonly correlationId: string
  readonly headers: IncomingHttpHeaders
  readonly grantForLines: <A extends Action>(action: A) => Promise<Grant<A>>
  readonly decideEach: (action: Action) => DecideCapsule
  readonly decideNew: DecideNew
  readonly getCredential: () => Credential
  readonly perform: Perform
  readonly isLocal: boolean
  readonly signal: AbortSignal
}

interface RequestParts {
  readonly admission: Admission
  readonly newId: () => string
  readonly performFor: (visit: Visit) => Perform
}

/**
 * Parses query, body and headers of an admitted request; all wrong fields are named at once.
 *
 * @throws CascadeError VALIDATION_FAILED, PRECONDITION_REQUIRED.
 */
export function parseRequest(
  route: RouteDefinition,
  request: FastifyRequest,
  { admission, newId, performFor }: RequestParts,
): ParsedRequest {
  const { visit } = request
  const problems: FieldProblem[] = []
  const key = route.idempotent ? parseIdempotencyKey(request.headers['idempotency-key']) : undefined
  const query = route.query ? collect(validate(route.query, request.query, 'query'), problems) : undefined
  const body = parseBody(route, request, key, problems)
  if (problems.length > 0) throw validationFailed(problems)
  return {
    params: visit.params,
    query,
    body,
    call: callOf(route, request, key, { admission, newId }),
    ifMatch: readIfMatch(route, request),
    correlationId: visit.correlationId,
    headers: request.headers,
    grantForLines: (action) => admission.grantForLines(action, getCredential(visit), visit.correlationId),
    decideEach: (action) => admission.linesOf(visit).each(action),
    decideNew: (capsule) => admission.linesOf(visit).new(capsule),
    getCredential: () => getCredential(visit),
    perform: performFor(visit),
    isLocal: visit.isLocal,
    signal: visit.signal,
  }
}

function collect<T>(
  result: { ok: true; value: T } | { ok: false; problems: FieldProblem[] },
  into: FieldProblem[],
): T | undefined {
  if (result.ok) return result.value
  into.push(...result.problems)
  return undefined
}

function parseBody(
  route: RouteDefinition,
  request: FastifyRequest,
  key: string | undefined,
  problems: FieldProblem[],
): unknown {
  if (!route.body) return refuseBody(request.body, problems)
  if (route.body.contentType === 'application/x-ndjson') return lineBody(request, key)
  if (route.body.contentType === 'text/plain') return request.body ?? new Uint8Array()
  if (request.body !== undefined) return collect(validate(route.body.schema, request.body, 'body'), problems)
  problems.push({ pointer: '', code: 'required', message: 'a JSON body is needed' })
  return undefined
}

const lineBody = (request: FastifyRequest, idempotencyKey: string | undefined): LineBody => ({
  bytes: request.raw,
  idempotencyKey,
  instance: instanceOf(request.url),
})

/** The body as the schema of the route takes it; undefined for another, which is refused when all is parsed. */
export function bodyOf({ body }: RouteDefinition, request: FastifyRequest): unknown {
  const parsed = body?.schema && validate(body.schema, request.body, 'body')
  return parsed?.ok ? parsed.value : undefined
}

/** A route without a body takes an empty object too: some clients always send one. */
function refuseBody(body: unknown, problems: FieldProblem[]): undefined {
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  if (body !== undefined && !isEmpty) problems.push({ pointer: '', code: 'unknown', message: 'no body is taken here' })
  return undefined
}

function callOf(
  route: RouteDefinition,
  request: FastifyRequest,
  key: string | undefined,
  { admission, newId }: { readonly admission: Admission; readonly newId: () => string },
): Call | undefined {
  const { credential, grant, params, correlationId } = request.visit
  if (!credential || !grant) return undefined
  const { subject } = credential
  const identity = { subject: subject.id, route: route.id, params, body: request.body }
  return {
    subject,
    grant,
    command: identify(key, identity, newId),
    ...newCapsuleOf(route, grant),
    grantSubject: () => admission.grantFor('subject.create', credential, correlationId),
  }
}

function readIfMatch(route: RouteDefinition, request: FastifyRequest): TagCondition | undefined {
  const header = request.headers['if-match']
  if (route.ifMatch === undefined) return undefined
  if (header !== undefined) return parseTagCondition(header, 'if-match')
  if (route.ifMatch === 'optional') return undefined
  throw new CascadeError('PRECONDITION_REQUIRED', 'The request has no If-Match header.', {
    errors: [{ pointer: '#/header/if-match', code: 'required', message: 'the ETag that was read' }],
  })
}
