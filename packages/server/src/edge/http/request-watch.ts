import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CascadeError } from '#base'
import { correlationIdFrom, type Logger, type Metrics } from '#observability'
import { instanceOf } from './problem.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { Visit } from './visit.ts'

export interface WatchOptions {
  readonly newId: () => string
  readonly head: () => number
  readonly metrics: Metrics
  readonly logger: Logger
  /** Where the request comes from. */
  readonly clientOf: (request: IncomingMessage) => string
}

/** Opens and closes the visit of every request: its id, its abort signal, its measurement. */
export function watchRequests(
  app: FastifyInstance,
  options: WatchOptions,
  answering: WeakMap<Socket, FastifyReply>,
): void {
  app.decorateRequest('visit')
  let inFlight = 0
  const { metrics } = options
  app.addHook('onRequest', (request, reply, done) => {
    metrics.set('cascade_http_requests_in_flight', ++inFlight)
    const visit = openVisit(request, reply, options)
    answering.set(request.raw.socket, reply)
    reply.raw.once('close', () => {
      metrics.set('cascade_http_requests_in_flight', --inFlight)
      if (!reply.raw.writableFinished) visit.abort(new CascadeError('UNAVAILABLE', 'The client is gone.'))
      visit.end()
      measure(request, reply, options)
    })
    done()
  })
}

/** Gives a request its id and its answer the headers that every answer has. */
export function openVisit(
  request: FastifyRequest,
  reply: FastifyReply,
  { newId, head, clientOf }: WatchOptions,
): Visit {
  const correlationId = correlationIdFrom(request.headers['x-correlation-id'], newId)
  request.visit = new Visit(correlationId, performance.now(), head(), clientOf(request.raw))
  reply.headers(SECURITY_HEADERS).header('x-correlation-id', correlationId)
  return request.visit
}

function measure(request: FastifyRequest, reply: FastifyReply, { metrics, logger }: WatchOptions): void {
  const seconds = (performance.now() - request.visit.startedAt) / 1000
  const route = request.routeOptions.url ?? 'unmatched'
  const status = String(reply.statusCode)
  metrics.observe('cascade_http_request_seconds', seconds, { route, method: request.method, status })
  logger.debug('request', {
    client: request.visit.client,
    method: request.method,
    path: instanceOf(request.url),
    status: reply.statusCode,
    took_ms: Math.round(seconds * 1e6) / 1000,
    complete: reply.raw.writableFinished,
    correlation_id: request.visit.correlationId,
  })
}
