import type { IncomingMessage, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { LEDGER_LIMITS, type RouteDefinition } from '@forge-cascade/contract'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { CascadeError, type Clock } from '#base'
import { type Config, isLoopback } from '#config'
import { type Emergency, type Gate, goesOn } from '#governance'
import type { Logger, Metrics } from '#observability'
import { Admission, type AdmissionOptions, type Authenticate, FAILED_SIGN_INS, WITNESSED } from './admission.ts'
import { AllowedMethods } from './allowed-methods.ts'
import { answerProblem, notFound } from './answer-problem.ts'
import type { ApprovalDoor } from './approval-door.ts'
import { checkRoutes } from './check-routes.ts'
import { answerClientError } from './client-error.ts'
import type { FindFacts, NewFacts } from './facts.ts'
import type { UntypedHandler } from './handler.ts'
import { HostGuard, type LocalSockets } from './host-check.ts'
import { InFlight } from './idempotency.ts'
import { HTTP_LIMITS, nodeOptions } from './limits.ts'
import { approvedCarrier, performer } from './perform.ts'
import { ProxyHeaders } from './proxy-headers.ts'
import { RateLimiter } from './rate-limiter.ts'
import { parseQuery, receiveBodies } from './receive.ts'
import { openVisit, watchRequests } from './request-watch.ts'
import { routeHandler } from './route-handler.ts'
import { urlOf } from './route-url.ts'
import type { TlsOptions } from './tls-files.ts'

export interface HttpAppOptions {
  readonly routes: readonly RouteDefinition[]
  /** By operation id; exactly those of the routes. */
  readonly handlers: Readonly<Record<string, UntypedHandler>>
  readonly authenticate: Authenticate
  /** What the gate is told of the capsule that a request is about. */
  readonly findFacts?: FindFacts
  readonly newFacts?: NewFacts
  readonly gate: Gate
  readonly server: Config['server']
  /** Asked at every request, so that a changed configuration counts at once. */
  readonly rate: () => Config['limits']['rate']
  /** Sequence of the newest leaf. */
  readonly head: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly clock: Clock
  readonly newId: () => string
  /** Counts a request as under way, so that a stop waits for it; throws UNAVAILABLE once it has begun. */
  readonly trackWork?: (name: string) => Disposable
  /** SHA-256 of the token that opens the metrics beyond loopback; a subject's token opens them too. */
  readonly scrapeTokenDigest?: Uint8Array
  /** The longest an answer may take, for routes that are not unhurried. */
  readonly answerMsMax?: number
  /** With them HTTPS alone is spoken at the port. */
  readonly tls?: TlsOptions
  /** Where what is held waits for somebody's word; without it that is refused. */
  readonly approvals?: ApprovalDoor
  /** Stops what is under way. */
  readonly emergency?: Pick<Emergency, 'check' | 'whenRaised'>
  readonly affect?: AdmissionOptions['affect']
}

/** A server of HTTPS has all that one of HTTP has, which the framework's types do not know. */
const transportOf = ({ server, tls }: HttpAppOptions): { http: ServerOptions } =>
  tls === undefined
    ? { http: nodeOptions(server) }
    : ({ https: { ...nodeOptions(server), ...tls } } as { http: ServerOptions } & { https: object })

/** Bodies and answers are checked by the contract's own schemas; without this the framework loads 100 modules to do it. */
const NO_COMPILERS = {
  buildValidator: () => noCompiler,
  buildSerializer: () => noCompiler,
}

function noCompiler(): never {
  throw new CascadeError('INTERNAL', 'no route states a schema of the framework')
}

/**
 * The application: the rows mounted, everything else refused, every failure a problem document.
 *
 * @throws CascadeError BOOT_FAILED when routes and handlers do not fit.
 */
export function createApp(given: HttpAppOptions, localSockets: LocalSockets = new WeakSet()): FastifyInstance {
  checkRoutes(given.routes, given.handlers)
  const proxies = new ProxyHeaders(given.server)
  const options = { ...given, clientOf: (request: IncomingMessage) => proxies.clientOf(request) }
  const answering = new WeakMap<Socket, FastifyReply>()
  const guard = new HostGuard(options.server, localSockets)
  const app = Fastify({
    ...transportOf(options),
    keepAliveTimeout: options.server.keep_alive_s * 1000,
    connectionTimeout: HTTP_LIMITS.idleMs,
    bodyLimit: options.server.body_bytes_max,
    routerOptions: { maxParamLength: HTTP_LIMITS.paramLengthMax, querystringParser: parseQuery },
    return503OnClosing: false,
    schemaController: { compilersFactory: NO_COMPILERS },
    frameworkErrors: (error, request, reply) => {
      openVisit(request, reply, options)
      answerProblem(guard.refusal(request.raw) ?? error, request, reply, options.logger)
    },
    clientErrorHandler: (error, socket) => {
      const answerBegan = answering.get(socket)?.raw.headersSent ?? false
      answerClientError(error, socket, { correlationId: options.newId(), answerBegan })
    },
  })
  app.server.maxConnections = HTTP_LIMITS.connectionsMax
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  receiveBodies(app, options.server)
  watchRequests(app, options, answering)
  const allowed = new AllowedMethods(options.routes)
  app.addHook('onRequest', (request, reply, done) => {
    // What is not there is refused here, before its body would be read.
    const isThere = !request.is404 && !hasEmptyName(request)
    done(guard.refusal(request.raw) ?? (isThere ? undefined : notFound(request, reply, allowed)))
  })
  mount(app, options, guard)
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, options.logger))
  return app
}

function mount(app: FastifyInstance, options: HttpAppOptions, guard: HostGuard): void {
  const { rate, clock } = options
  const limit = () => ({ perMinute: rate().requests_per_minute, burst: rate().burst })
  const admission = new Admission({
    ...options,
    subjectLimiter: new RateLimiter(limit, clock),
    addressLimiter: new RateLimiter(() => FAILED_SIGN_INS, clock),
    witnessLimiter: new RateLimiter(() => WITNESSED, clock),
    guardMetrics: isReachable(options.server),
  })
  const limits = { answerMsMax: HTTP_LIMITS.answerMsMax, ...options, admission, inFlight: new InFlight() }
  options.approvals?.carryOutBy(approvedCarrier(limits, options.head))
  const shared = { ...limits, performFor: performer(limits) }
  for (const route of options.routes) {
    app.route({
      method: route.method,
      url: urlOf(route),
      ...(route.body?.contentType === 'text/plain' && { config: { plainBytesMax: LEDGER_LIMITS.submissionBytesMax } }),
      onRequest: async (request, reply) => {
        const foreign = route.ownPagesOnly ? guard.foreignPage(request.raw) : undefined
        if (foreign) throw foreign
        if (!('exempt' in route.access) || route.access.exempt === 'witness') trackWork(request, route, options)
        await admission.admit(route, request, reply)
        request.visit.isLocal = guard.isLocal(request.raw)
        const remote = route.localOnly ? guard.remote(request.raw) : undefined
        if (remote) throw remote
        if (options.emergency) stopInEmergency(options.emergency, route, request, reply)
        checkContentType(route, request)
      },
      handler: routeHandler(route, options.handlers[route.id]!, shared), // checkRoutes has seen one for every id
    })
  }
}

/** True where others than this machine can send requests: directly, or through a proxy. */
const isReachable = ({ host, behind_proxy, trusted_proxies }: Config['server']): boolean =>
  !isLoopback(host) || behind_proxy || trusted_proxies !== undefined

/** `/v2/capsules/` names no capsule: it is a path that no route has. */
const hasEmptyName = ({ params }: FastifyRequest): boolean =>
  typeof params === 'object' && params !== null && Object.values(params).includes('')

function trackWork({ visit }: FastifyRequest, { id }: RouteDefinition, options: HttpAppOptions): void {
  if (options.trackWork) visit.own(options.trackWork(id))
}

/** How long an answer that was begun has for its last words when an emergency is turned on. */
const LAST_WORDS_MS = 500

/** Aborts the request when an emergency is turned on, and breaks off an answer that does not end by that. */
function stopInEmergency(
  emergency: Pick<Emergency, 'whenRaised'>,
  { access }: RouteDefinition,
  { visit }: FastifyRequest,
  { raw }: FastifyReply,
): void {
  if ('action' in access ? goesOn(access.action) : access.exempt !== 'witness') return
  const stop = (error: CascadeError): void => {
    visit.abort(error)
    setTimeout(() => {
      if (raw.headersSent && !raw.writableEnded) raw.destroy()
    }, LAST_WORDS_MS).unref()
  }
  visit.own(emergency.whenRaised(stop))
}

/** A content type that is understood somewhere is not understood everywhere. */
function checkContentType(route: RouteDefinition, { headers }: FastifyRequest): void {
  if (route.method === 'GET') return // carries no body, whatever its headers say
  const given = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  const taken = route.body?.contentType ?? 'application/json'
  if (taken === 'text/plain') return
  if (given !== undefined ? given === taken : taken === 'application/json') return
  throw new CascadeError('UNSUPPORTED_MEDIA_TYPE', `This route takes ${taken}.`)
}
