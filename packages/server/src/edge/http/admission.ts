import { ACTION_TRAITS, type Action, canWait, type RouteDefinition } from '@forge-cascade/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CascadeError, isCascadeError, messageOf } from '#base'
import { absent } from '#capsules'
import {
  type Decision,
  type Emergency,
  type Gate,
  type GateRequest,
  type ResourceFacts,
  requireGrant,
} from '#governance'
import { type Credential, isSameToken, type Subject } from '#identity'
import type { Logger, Metrics } from '#observability'
import type { Grant } from '#store'
import { validate, validationFailed } from '../validate.ts'
import type { ApprovalDoor } from './approval-door.ts'
import { clientKey } from './proxy-headers.ts'
import { type RateLimiter, type RateVerdict, rateLimitHeaders } from './rate-limiter.ts'
import type { Visit } from './visit.ts'

/** Who comes in with a bearer token, and for what; undefined for one that lets nobody in. */
export type Authenticate = (token: string) => Credential | undefined | Promise<Credential | undefined>

/** What is known of a resource, for whoever asks; undefined where no facts are kept of its kind. */
export type FindFacts = (resource: string, subject: Subject) => Promise<ResourceFacts | 'absent' | undefined>

export interface AdmissionOptions {
  readonly authenticate: Authenticate
  /** Says why nothing is carried out. */
  readonly emergency?: Pick<Emergency, 'check'>
  /** Left out where nothing but roles counts. */
  readonly findFacts?: FindFacts
  /** Where what is held waits; left out where it is refused. */
  readonly approvals?: ApprovalDoor
  readonly gate: Gate
  readonly logger: Logger
  readonly metrics: Metrics
  /** Requests of each subject. */
  readonly subjectLimiter: RateLimiter
  /** Failed sign-ins of each address. */
  readonly addressLimiter: RateLimiter
  /** Requests of each address that need no token, and are signed by a log or ask for what is. */
  readonly witnessLimiter: RateLimiter
  /** True where metrics are for those who have a token: beyond loopback. */
  readonly guardMetrics: boolean
  /** SHA-256 of the token that opens the metrics and nothing else. */
  readonly scrapeTokenDigest?: Uint8Array
}

/** Failed sign-ins an address may send: enough for a mistyped token, too few to be a load. */
export const FAILED_SIGN_INS = { perMinute: 120, burst: 60 } as const

/** What an address may ask of a witness: a log submits every few seconds, and several may stand behind one address. */
export const WITNESSED = { perMinute: 240, burst: 120 } as const

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]{1,4096}=*)$/i
const CHALLENGE = 'Bearer realm="forge-cascade"'

/** Who comes in: credential, budget, path and the gate's word, in this order. The body is not read before that. */
export class Admission {
  readonly #options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** @throws CascadeError UNAUTHENTICATED, RATE_LIMITED, VALIDATION_FAILED (path), FORBIDDEN. */
  async admit(route: RouteDefinition, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if ('exempt' in route.access) {
      if (route.access.exempt === 'metrics') await this.#admitScrape(request, reply)
      if (route.access.exempt === 'witness') this.#spendAsAddress(request, reply)
      return parsePath(route, request)
    }
    const { visit } = request
    const { action } = route.access
    visit.credential = await this.#credentialOf(action, request, reply)
    visit.subject = visit.credential.subject
    this.#spend(action, visit.credential, request, reply)
    parsePath(route, request)
    const decision = await this.decide(route, action, visit.credential, visit)
    if (mayWait(decision, route, this.#options)) {
      visit.held = decision
      return
    }
    warn(decision, reply)
    visit.grant = requireGrant(decision)
    const { decisionId } = visit.grant
    visit.own({ [Symbol.dispose]: () => this.#options.gate.release(decisionId) })
  }

  /** Whoever comes without a credential is refused, and that is on record. */
  async #credentialOf(action: Action, request: FastifyRequest, reply: FastifyReply): Promise<Credential> {
    try {
      return await this.authenticate(request, reply)
    } catch (error) {
      const { correlationId } = request.visit
      if (isCascadeError(error)) this.#options.gate.decide({ action, resource: '*', subject: undefined, correlationId })
      throw error
    }
  }

  /** @throws CascadeError UNAUTHENTICATED, or RATE_LIMITED where an address has failed too often. */
  async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Credential> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
    const credential = token === undefined ? undefined : await this.#identify(token)
    if (credential) return credential
    this.#options.metrics.count('cascade_auth_failures_total')
    const verdict = this.#options.addressLimiter.take(clientKey(request.visit.client))
    if (verdict && !verdict.allowed) throw this.#limited(reply, 'address', verdict)
    const given = request.headers.authorization !== undefined
    reply.header('www-authenticate', given ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE)
    throw new CascadeError(
      'UNAUTHENTICATED',
      given ? 'The bearer token is not known here.' : 'No bearer token was sent.',
    )
  }

  async #identify(token: string): Promise<Credential | undefined> {
    const startedAt = performance.now()
    const credential = await this.#options.authenticate(token)
    this.#options.metrics.observe('cascade_auth_latency_seconds', (performance.now() - startedAt) / 1000)
    return credential
  }

  #limited(reply: FastifyReply, policy: Policy, verdict: RateVerdict): CascadeError {
    this.#options.metrics.count('cascade_rate_limited_total', 1, { policy })
    return limited(reply, policy, verdict)
  }

  /** The grant for another action that a request turns out to need, such as registering a new owner's name. */
  grantFor<A extends Action>(action: A, who: Credential, correlationId: string): Grant<A> {
    return this.#ask({ action, resource: '*', ...asking(who), correlationId })
  }

  /** The grant for an action that is carried out capsule by capsule: one decision for all of them. */
  grantForLines<A extends Action>(action: A, who: Credential, correlationId: string): Grant<A> {
    return this.#ask({ action, resource: '*', ...asking(who), correlationId, reach: 'lines' })
  }

  async #admitScrape(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { guardMetrics, scrapeTokenDigest } = this.#options
    if (!guardMetrics) return
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
    if (token !== undefined && scrapeTokenDigest && isSameToken(token, scrapeTokenDigest)) return
    await this.authenticate(request, reply)
  }

  #spendAsAddress({ visit }: FastifyRequest, reply: FastifyReply): void {
    const verdict = this.#options.witnessLimiter.take(clientKey(visit.client))
    if (verdict && !verdict.allowed) throw this.#limited(reply, 'witness', verdict)
  }

  #spend(action: Action, who: Credential, { visit }: FastifyRequest, reply: FastifyReply): void {
    const verdict = this.#options.subjectLimiter.take(who.subject.id)
    if (!verdict) return
    if (!verdict.allowed) {
      const { correlationId } = visit
      this.#options.gate.decide({ action, resource: '*', ...asking(who), correlationId, rateExceeded: true })
      throw this.#limited(reply, 'subject', verdict)
    }
    reply.headers(rateLimitHeaders('subject', verdict))
  }

  /**
   * The gate's word on an operation, durable where nobody may go on before it is.
   *
   * @throws CascadeError EMERGENCY_ACTIVE; NOT_FOUND for a capsule that there is not, or that the subject may not read.
   */
  async decide(
    route: RouteDefinition,
    action: Action,
    who: Credential,
    { params, correlationId, approved }: Pick<Visit, 'params' | 'correlationId' | 'approved'>,
  ): Promise<Decision> {
    const resource = resourceOf(route, params)
    const facts = await this.#options.findFacts?.(resource, who.subject)
    const reach = coversLines(route) ? 'lines' : 'command'
    const approval = approved && { approval: approved.id, alongside: approved.alongside }
    const request = {
      action,
      resource,
      ...asking(who),
      correlationId,
      reach,
      ...(facts && { facts }),
      ...approval,
    } as const
    const decision = this.#decide(request)
    if (decision.applied !== 'allow' || ACTION_TRAITS[action].reach === 'acts') {
      await this.#options.gate.settled(decision)
    }
    if (decision.verdict.reasons.some(({ code }) => code === 'EMERGENCY')) this.#options.emergency?.check()
    if (decision.applied !== 'allow' && this.#isHidden(request)) throw hidden(resource)
    return decision
  }

  /** What there is not, and what whoever asks may not read, are the same to them. */
  #isHidden({ facts, ...request }: GateRequest): boolean {
    if (facts === undefined || facts === 'absent') return facts === 'absent'
    const action = 'requester' in facts ? 'approval.read' : 'capsule.read'
    return this.#options.gate.preview({ ...request, facts, action }).verdict.applied !== 'allow'
  }

  #ask<A extends Action>(request: GateRequest<A>): Grant<A> {
    return requireGrant(this.#decide(request))
  }

  /** An error inside the gate denies: nothing passes because deciding broke. */
  #decide<A extends Action>(request: GateRequest<A>): Decision<A> {
    const { gate, metrics } = this.#options
    const startedAt = performance.now()
    try {
      const decision = gate.decide<A>(request)
      metrics.observe('cascade_decision_latency_seconds', (performance.now() - startedAt) / 1000)
      metrics.count('cascade_decisions_total', 1, { effect: decision.applied })
      return decision
    } catch (error) {
      if (isCascadeError(error)) throw error
      metrics.count('cascade_decisions_total', 1, { effect: 'error' })
      this.#options.logger.error('the gate failed and denied', { action: request.action, reason: messageOf(error) })
      throw new CascadeError('FORBIDDEN', `${request.action} on ${request.resource} could not be decided.`, {
        cause: error,
      })
    }
  }
}

/** Who asks, and for what the credential is good. */
const asking = ({ subject, scopes }: Credential) => ({ subject, scopes })

/** Whether it is to wait for somebody's word, which the requests of some routes can. */
export const mayWait = (
  decision: Decision,
  route: RouteDefinition,
  { approvals }: { readonly approvals?: unknown },
): boolean => decision.applied === 'hold' && approvals !== undefined && canWait(route)

/** In the mode `warn` whoever asks is told what would have been refused. */
function warn({ decisionId, verdict }: Decision, reply: FastifyReply): void {
  if (verdict.mode !== 'warn' || verdict.word !== 'would_deny') return
  const codes = verdict.reasons.filter(({ code }) => code !== 'PERMITTED').map(({ code }) => code)
  reply.header('cascade-gate-warning', `${[...new Set(codes)].join(', ')}; decision=${decisionId}`)
}

const hidden = (resource: string): CascadeError =>
  resource.startsWith('approval/')
    ? new CascadeError('NOT_FOUND', `No request that you may see has the id ${resource.slice('approval/'.length)}.`)
    : absent(resource.slice('capsule/'.length))

/** Actions that are carried out capsule by capsule, or file by file. */
const LINE_ACTIONS: ReadonlySet<Action> = new Set(['import.run', 'capsule.erase', 'capsule.offload', 'capsule.reload'])

/** One decision covers all lines of a batch, all files of an import and all capsules of an erasure or a move. */
const coversLines = (route: RouteDefinition): boolean =>
  route.body?.contentType === 'application/x-ndjson' ||
  ('action' in route.access && LINE_ACTIONS.has(route.access.action))

const RESOURCES = [
  { prefix: '/v2/capsules/{id}', kind: 'capsule' },
  { prefix: '/v2/imports/{id}', kind: 'import' },
  { prefix: '/v2/governance/approvals/{id}', kind: 'approval' },
  { prefix: '/v2/governance/proposals/{id}', kind: 'proposal' },
] as const

/** `capsule/<id>`, `import/<id>`, `approval/<id>`, `proposal/<id>`, or `*` where the resource comes into being or is no single one. */
function resourceOf({ path }: RouteDefinition, params: Readonly<Record<string, unknown>>): string {
  const found = RESOURCES.find(({ prefix }) => path.startsWith(prefix))
  return found ? `${found.kind}/${String(params.id)}` : '*'
}

function parsePath(route: RouteDefinition, request: FastifyRequest): void {
  if (!route.params) return
  const parsed = validate(route.params, namedParams(route, request.params), 'path')
  if (!parsed.ok) throw validationFailed(parsed.problems)
  request.visit.params = parsed.value
}

/** Fastify names a rest `*`; it is the last parameter of the row. */
function namedParams({ params, rest }: RouteDefinition, given: unknown): unknown {
  const name = rest && params ? Object.keys(params.shape).at(-1) : undefined
  if (name === undefined || typeof given !== 'object' || given === null || !('*' in given)) return given
  const { '*': value, ...others } = given
  return { ...others, [name]: value }
}

/** What is counted, and what a refusal says of it. */
const COUNTED = {
  subject: 'requests',
  address: 'failed sign-ins from this address',
  witness: 'requests from this address',
} as const
type Policy = keyof typeof COUNTED

function limited(reply: FastifyReply, policy: Policy, verdict: RateVerdict): CascadeError {
  reply.headers(rateLimitHeaders(policy, verdict))
  const retryAfterS = Math.max(1, verdict.retryAfterS)
  return new CascadeError(
    'RATE_LIMITED',
    `More than ${verdict.limit} ${COUNTED[policy]} at once; wait ${retryAfterS} s.`,
    {
      retryAfterS,
    },
  )
}
