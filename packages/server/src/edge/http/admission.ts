import { ACTION_TRAITS, type Action, canWait, type RouteDefinition } from '@forge-cascade/contract'
import { GATE_WARNING_HEADER } from '@forge-cascade/contract/vocabulary'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CascadeError, isCascadeError, messageOf } from '#base'
import {
  type AffectDeltas,
  type Decision,
  type Emergency,
  type Gate,
  type GateRequest,
  GOING_BACK,
  parseAffectDelta,
  type ResourceFacts,
  requireGrant,
} from '#governance'
import { type Credential, isSameToken, type Subject } from '#identity'
import type { Logger, Metrics } from '#observability'
import type { Grant } from '#store'
import type { ApprovalDoor } from './approval-door.ts'
import {
  CAPSULE,
  type FindFacts,
  findAfter,
  findNewFacts,
  isStoppedBefore,
  looksAtBody,
  type NewFacts,
} from './facts.ts'
import { type LineDecisions, lineDecisions } from './line-decisions.ts'
import { clientKey } from './proxy-headers.ts'
import { type RateLimiter, type RateVerdict, rateLimitHeaders } from './rate-limiter.ts'
import { gone, hidden, isErased, naming } from './refusals.ts'
import { parsePath } from './route-path.ts'
import { coversLines, mayGoBack, resourceOf } from './route-resource.ts'
import { getCredential, type Visit } from './visit.ts'

/** Who comes in with a bearer token, and for what; undefined for one that lets nobody in. */
export type Authenticate = (token: string) => Credential | undefined | Promise<Credential | undefined>

export interface AdmissionOptions {
  readonly authenticate: Authenticate
  /** Left out where no policy looks at what is to be created. */
  readonly newFacts?: NewFacts
  readonly newId: () => string
  /** Says why nothing is carried out. */
  readonly emergency?: Pick<Emergency, 'check'>
  /** Left out where nothing but roles counts. */
  readonly findFacts?: FindFacts
  /** Where what is held waits; left out where it is refused. */
  readonly approvals?: ApprovalDoor
  readonly gate: Gate
  /** Where changes of affect that callers tell are kept; left out where they are not weighed. */
  readonly affect?: Pick<AffectDeltas, 'tell'>
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
    const affect = parseAffectDelta(request.headers['cascade-affect-delta'])
    if (affect !== undefined) this.#options.affect?.tell(visit.subject.id, affect)
    if (this.#waitsForBody(route, action, request)) return
    await this.#letIn(route, action, request, reply)
  }

  /**
   * Of what is to be created, and of what a capsule shall be, policies may say more than who asks: it is decided when the body is
   * read. What stops whoever asks whatever the body says does so before.
   */
  #waitsForBody(route: RouteDefinition, action: Action, { visit }: FastifyRequest): boolean {
    const isLooking = looksAtBody(route, this.#options.newFacts)
    if (!isLooking && !mayGoBack(route)) return false
    const { gate } = this.#options
    const { params, correlationId } = visit
    const asked = { action, resource: resourceOf(route, params), ...asking(getCredential(visit)), correlationId }
    const { verdict } = gate.preview(asked)
    const isGoingBack = () => gate.preview({ ...asked, resource: GOING_BACK }).verdict.applied === 'allow'
    if (isStoppedBefore(verdict) || (!isLooking && (verdict.applied === 'allow' || !isGoingBack()))) return false
    visit.isUndecided = true
    const end = (): void => {
      // That what came was no valid body is on record as well.
      try {
        if (visit.isUndecided) this.#decide({ ...asked, noBody: true })
      } catch (error) {
        this.#options.logger.error('a decision could not be put on record', { action, reason: messageOf(error) })
      }
    }
    visit.own({ [Symbol.dispose]: end })
    return true
  }

  /** The gate's word where it waited for the body. @param body undefined for one that is not valid: that is refused by itself. */
  async decideOnBody(
    route: RouteDefinition,
    request: FastifyRequest,
    reply: FastifyReply,
    body: unknown,
  ): Promise<void> {
    if (body === undefined || !request.visit.isUndecided || !('action' in route.access)) return
    request.visit.isUndecided = false
    await this.#letIn(route, route.access.action, request, reply, body)
  }

  async #letIn(
    route: RouteDefinition,
    action: Action,
    { visit }: FastifyRequest,
    reply: FastifyReply,
    body?: unknown,
  ): Promise<void> {
    const decision = await this.decide(route, action, getCredential(visit), visit, body)
    if (mayWait(decision, route, this.#options)) {
      visit.held = decision
      return
    }
    warn(decision, reply)
    this.#grant(visit, decision)
  }

  /**
   * What is held and would change nothing does not wait: it is decided as reading what would change.
   *
   * @throws CascadeError NOT_FOUND, FORBIDDEN.
   */
  async admitDryRun(route: RouteDefinition, visit: Visit): Promise<void> {
    const { dryRunAs } = route
    if (dryRunAs === undefined) return
    const decision = await this.decide(route, dryRunAs, getCredential(visit), visit)
    this.#grant(visit, decision)
    visit.held = undefined
  }

  /** @throws CascadeError FORBIDDEN, APPROVAL_REQUIRED. */
  #grant(visit: Visit, decision: Decision): void {
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
      const broken = isCascadeError(error) ? undefined : ({ step: 'identity', part: 'the credential' } as const)
      const asked = { action, resource: '*', subject: undefined, correlationId, ...(broken && { broken }) }
      this.#options.gate.decide(asked)
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
  grantFor<A extends Action>(action: A, who: Credential, correlationId: string): Promise<Grant<A>> {
    return this.#ask({ action, resource: '*', ...asking(who), correlationId })
  }

  /** The grant for an action that is carried out capsule by capsule: one decision for all of them. */
  grantForLines<A extends Action>(action: A, who: Credential, correlationId: string): Promise<Grant<A>> {
    return this.#ask({ action, resource: '*', ...asking(who), correlationId, reach: 'lines' })
  }

  linesOf(visit: Visit): LineDecisions {
    return lineDecisions(this.#options, getCredential(visit), visit)
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
      const asked = { action, resource: '*', ...asking(who), correlationId, rateExceeded: true } as const
      throw naming(this.#limited(reply, 'subject', verdict), this.#options.gate.decide(asked).decisionId)
    }
    reply.headers(rateLimitHeaders('subject', verdict))
  }

  /**
   * The gate's word on an operation, durable where nobody may go on before it is.
   *
   * @throws CascadeError EMERGENCY_ACTIVE; NOT_FOUND for a capsule that there is not, or that the subject may not read; ERASED for
   *   what is erased and would take an approval.
   */
  async decide(
    route: RouteDefinition,
    action: Action,
    who: Credential,
    { params, correlationId, approved }: Pick<Visit, 'params' | 'correlationId' | 'approved'>,
    body?: unknown,
  ): Promise<Decision> {
    const resource = resourceOf(route, params, body)
    const reach = coversLines(route) ? 'lines' : 'command'
    const approval = approved && { approval: approved.id, alongside: approved.alongside }
    const asked = { action, resource, ...asking(who), correlationId, reach, ...approval } as const
    const created = await findNewFacts(route, this.#options.newFacts, body, who.subject)
    const facts = created ?? (await this.#factsOf(asked))
    const after = findAfter(route, this.#options.newFacts, body, facts)
    const request = { ...asked, ...(facts && { facts }), ...(after && { after }) }
    const decision = await this.#settled(this.#decide(created ? this.#named(request) : request))
    if (decision.verdict.reasons.some(({ code }) => code === 'EMERGENCY')) this.#sayEmergency(decision)
    if (decision.applied !== 'allow' && !created && this.#isHidden(request)) throw hidden(resource)
    // Nothing can be done with it that somebody could approve.
    if (decision.applied === 'hold' && isErased(facts)) throw gone(resource)
    return decision
  }

  /** @throws CascadeError EMERGENCY_ACTIVE with its reason, and the decision that it made. */
  #sayEmergency({ decisionId }: Decision): void {
    try {
      this.#options.emergency?.check()
    } catch (error) {
      throw isCascadeError(error) ? naming(error, decisionId) : error
    }
  }

  /** What will be there has its id from here on: what is kept of the decision is erased with it. */
  #named<R extends GateRequest>(request: R): R {
    const { gate, newId } = this.#options
    if (gate.preview(request).verdict.applied !== 'allow') return request
    return { ...request, resource: `${CAPSULE}${newId()}` }
  }

  /** What there is not, and what whoever asks may not read with any token, are the same to them. */
  #isHidden({ facts, after: _after, ...request }: GateRequest): boolean {
    if (facts === undefined || facts === 'absent') return facts === 'absent'
    const action = 'requester' in facts ? 'approval.read' : 'asker' in facts ? 'governance.read' : 'capsule.read'
    return this.#options.gate.preview({ ...request, facts, action, scopes: null }).verdict.applied !== 'allow'
  }

  async #ask<A extends Action>(request: GateRequest<A>): Promise<Grant<A>> {
    return requireGrant(await this.#settled(this.#decide(request)))
  }

  /** A decision, durable where nobody may go on, or be told of it, before it is. */
  async #settled<D extends Decision>(decision: D): Promise<D> {
    const isFirm = decision.applied !== 'allow' || ACTION_TRAITS[decision.action].reach === 'acts'
    if (isFirm) await this.#options.gate.settled(decision)
    return decision
  }

  /** What is known of a resource. What cannot be found out is denied, and on record. @throws what it could not be found out for. */
  async #factsOf(request: GateRequest & { readonly subject: Subject }): Promise<ResourceFacts | 'absent' | undefined> {
    try {
      return await this.#options.findFacts?.(request.resource, request.subject)
    } catch (error) {
      await this.#settled(
        this.#decide({ ...request, broken: { step: 'identity', part: 'what is known of the resource' } }),
      )
      throw error
    }
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

/** What would have been refused, for whoever is to be told: `<reason>, <reason>; decision=<id>`. */
export function warningOf({ decisionId, verdict }: Decision): string | undefined {
  if (verdict.warns !== true) return undefined
  const codes = verdict.reasons.filter(({ code }) => code !== 'PERMITTED').map(({ code }) => code)
  return `${[...new Set(codes)].join(', ')}; decision=${decisionId}`
}

function warn(decision: Decision, reply: FastifyReply): void {
  const warning = warningOf(decision)
  if (warning !== undefined) reply.header(GATE_WARNING_HEADER, warning)
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
