import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROUTES, type RouteDefinition } from '@forge-cascade/contract'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { createUuidV7, lazy, systemRandom } from '#base'
import { Health } from '#boot'
import { Archives, Erasures } from '#capsules'
import type { Config } from '#config'
import { EventFeed } from '#events'
import {
  type DecisionJournal,
  Emergency,
  type Gate,
  GovernanceGate,
  type GovernanceGateOptions,
  type PolicyDesk,
  TRUST_COLLECTIONS,
  TrustEngine,
} from '#governance'
import { AccessTokens, createToken, type Subject, tokenDigest } from '#identity'
import { Lifecycle } from '#lifecycle'
import { AgentDoor } from '#mcp'
import { createLogger, Metrics } from '#observability'
import { createProcessCage, readArtifact } from '../../adapters/artifacts/index.ts'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../adapters/models/static/static-table.ts'
import { MemoryObjects } from '../../adapters/objects/memory-objects.ts'
import { TempArea } from '../../adapters/sources/index.ts'
import { factsOf, newFactsOf } from '../../compose-governance.ts'
import { createErasureFiles } from '../../domain/capsules/keeping/testing.ts'
import { openWorld, type World } from '../../domain/capsules/use-cases/testing.ts'
import {
  ArtifactDesk,
  EvidenceDesk,
  type EvidenceDeskOptions,
  LedgerDesk,
  LOG_COLLECTION,
  openLog,
} from '../jobs/index.ts'
import { authenticateBy } from './bearer-tokens.ts'
import { EventStreams } from './event-streams.ts'
import type { FindFacts } from './facts.ts'
import type { UntypedHandler } from './handler.ts'
import { createHandlers, createSystemDesk, type HandlerContext } from './handlers/index.ts'
import type { HttpAppOptions } from './http-app.ts'
import { HttpServer } from './http-server.ts'
import { checkAgainstContract } from './testing/check-answer.ts'
import { GOVERNED_COLLECTIONS, type Governed, openGoverned } from './testing/governed.ts'
import { noChange, noImports, noMesh, notWitnessed, noWitness, routingInMemory } from './testing/idle-desks.ts'

/** An HTTP interface over the store in memory, with everything real but the disk. */
export interface HttpWorld extends AsyncDisposable {
  readonly world: World
  /** Where the segments of its archive lie. */
  readonly objects: MemoryObjects
  readonly server: HttpServer
  readonly metrics: Metrics
  readonly lifecycle: Lifecycle
  readonly logged: string[]
  readonly token: string
  readonly memberToken: string
  readonly member: Subject
  readonly emergency: Emergency
  /** Where decisions go on record, if they do. */
  readonly journal: DecisionJournal
  readonly policies: PolicyDesk
  /** The gate itself, whatever `gate` puts before it. */
  readonly governing: GovernanceGate
  /** Who can lift an emergency: the administrator, and whom a test adds. */
  readonly lifters: Subject[]
  /** What decides here, with whom a test adds. */
  readonly governed: Governed
  /** A request of the administrator, unless it says otherwise. */
  send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS',
    url: string,
    more?: Sending,
  ): Promise<LightMyRequestResponse>
}

export interface Sending {
  readonly body?: unknown
  readonly payload?: InjectOptions['payload']
  readonly headers?: Readonly<Record<string, string | undefined>>
}

export interface HttpWorldOptions {
  readonly server?: Partial<Config['server']>
  readonly rate?: Config['limits']['rate']
  readonly handlers?: Readonly<Record<string, UntypedHandler>>
  /** Signs the log. */
  readonly logKey?: KeyObject
  readonly context?: (context: HandlerContext) => HandlerContext
  readonly gate?: (gate: Gate) => Gate
  /** Others who come, each with the token that their name is. */
  readonly people?: readonly Subject[]
  readonly routes?: readonly RouteDefinition[]
  /** Puts decisions on record, with what is known of capsules, and takes what the gate is made of from here. */
  readonly recorded?: Partial<GovernanceGateOptions>
  readonly app?: Partial<HttpAppOptions>
}

export const SERVER_CONFIG: Config['server'] = {
  host: '127.0.0.1',
  port: 0,
  request_timeout_s: 5,
  body_bytes_max: 8 * 1024 * 1024,
  keep_alive_s: 72,
  behind_proxy: false,
  forwarded_header: 'x-forwarded-for',
  tls: {},
}

export async function openHttpWorld(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  const world = await openWorld(({ collections, clock }) => {
    const matcher = createStaticSoftMatcher(sharedStaticTable())
    const kept = [...collections, LOG_COLLECTION, ...GOVERNED_COLLECTIONS, ...TRUST_COLLECTIONS]
    return openMemoryStore({ collections: kept, clock, matcher })
  })
  const { clock } = world.time
  const logged: string[] = []
  const logger = createLogger({
    stream: { write: (text: string) => logged.push(text) },
    clock,
    level: 'debug',
    format: 'json',
  })
  const lifecycle = new Lifecycle({ clock, log: logger })
  lifecycle.markReady()
  const metrics = new Metrics()
  const newId = createUuidV7(clock, systemRandom)
  const member: Subject = {
    id: newId(),
    kind: 'agent',
    name: 'mallory',
    roles: [],
    trust: 60,
    owner: null,
    active: true,
    createdAt: 0,
  }
  const [token, memberToken] = [createToken(systemRandom), createToken(systemRandom)]
  const server = { ...SERVER_CONFIG, ...options.server }
  const objects = new MemoryObjects()
  const logKey = options.logKey ?? generateKeyPairSync('ed25519').privateKey
  const { store, subjects } = world.context
  const tokens = new AccessTokens({ store, subjects, clock, newId, random: systemRandom })
  const authenticate = authenticateBy({
    ...{ administratorDigest: tokenDigest(token), administrator: world.administrator.id, subjects, tokens },
  })
  const lifters: Subject[] = [world.administrator]
  const emergency = await Emergency.open({
    ...{ store: world.context.store, clock, random: systemRandom },
    listLifters: async () => lifters,
    isFileThere: () => false,
  })
  const governed = openGoverned(world, options.people, options.recorded, tokens)
  const { gate, journal, policies } = governed
  gate.stopBy(() => emergency.stops)
  const findFacts = options.people
    ? governed.findFacts
    : options.recorded && factsOf(world.context, governed.approvals, { gate, book: governed.governance.book })
  const asked = options.gate?.(governed.gate) ?? governed.gate
  const context = handlerContext({
    gate: asked,
    findFacts,
    tokens,
    world,
    governed,
    emergency,
    objects,
    logger,
    metrics,
    lifecycle,
    server,
    logKey,
  })
  const people = new Map((options.people ?? []).map((subject) => [subject.name, subject]))
  const http = new HttpServer({
    routes: options.routes ?? ROUTES,
    handlers: { ...createHandlers(options.context?.(context) ?? context), ...options.handlers },
    authenticate: (given) => {
      const subject = given === memberToken ? member : people.get(given)
      return subject ? { subject, tokenId: null, scopes: null } : authenticate(given)
    },
    gate: asked,
    ...(options.people && { approvals: governed.desk }),
    server,
    rate: () => options.rate ?? { requests_per_minute: 600_000, burst: 10_000 },
    head: () => world.context.store.head(),
    trackWork: (name) => lifecycle.trackWork(name),
    emergency,
    logger,
    metrics,
    clock,
    newId,
    ...(findFacts && { findFacts, newFacts: newFactsOf(world.context, governed.gate) }),
    ...options.app,
  })
  return {
    world,
    objects,
    server: http,
    metrics,
    lifecycle,
    logged,
    token,
    memberToken,
    member,
    emergency,
    journal,
    policies,
    governing: gate,
    lifters,
    governed,
    send: async (method, url, more = {}) => {
      const response = await http.app.inject(toInjection(method, url, more, token))
      checkAgainstContract(method, url, response)
      return response
    },
    [Symbol.asyncDispose]: () => http.close(),
  }
}

function toInjection(
  method: InjectOptions['method'],
  url: string,
  { body, payload, headers }: Sending,
  token: string,
): InjectOptions {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const all = { authorization: `Bearer ${token}`, ...type, ...headers }
  const sent = body === undefined ? payload : JSON.stringify(body)
  return {
    method,
    url,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    ...(sent === undefined ? {} : { payload: sent }),
  }
}

/** The signed log of a world, which begins when it is asked for: other tests count leaves. */
function createTestLedger(
  { context: { store, clock, newId }, administrator }: World,
  { policies, governance: { book } }: Governed,
  key: KeyObject,
) {
  const gate = new GovernanceGate({ clock, newId })
  const onTrouble = (message: string): never => {
    throw new Error(message)
  }
  const opened = lazy(async () => {
    const log = await openLog({
      store,
      gate,
      subject: administrator,
      newId,
      key,
      mirror: undefined,
      onTrouble,
      onRegrown: onTrouble,
    })
    return new LedgerDesk({ log, ledger: store.ledger, head: () => store.head(), clock, checkedAtStart: 0 })
  })
  const ledger: HandlerContext['ledger'] = {
    keys: async () => (await opened()).keys(),
    checkpoint: async () => (await opened()).checkpoint(),
    cosigned: async (witnesses) => (await opened()).cosigned(witnesses),
    covering: async (index) => (await opened()).covering(index),
    verdict: async () => (await opened()).verdict(),
    verify: async (request) => (await opened()).verify(request),
  }
  const exporter = lazy(async () => {
    const more = (): [] => []
    const parts = { store, ledger: store.ledger, head: () => store.head(), clock, madeBy: 'forge-cascade 0.1.0', more }
    const decisions: EvidenceDeskOptions['decisions'] = {
      find: (id) => book.find(id),
      policies: (digest) => policies.findFiles(digest),
    }
    return new EvidenceDesk({ desk: await opened(), ...parts, decisions })
  })
  const evidence: HandlerContext['evidence'] = { export: async (...asked) => (await exporter()).export(...asked) }
  return { ledger, evidence }
}

/** Verifies artifacts of this machine, with real tests in real processes. */
const createTestDesk = ({ context: { store, clock } }: World): ArtifactDesk =>
  new ArtifactDesk({
    ...{ store, clock, verifier: 'forge-cascade 0.1.0', read: readArtifact },
    cage: createProcessCage(new TempArea(join(tmpdir(), `cascade-http-artifacts-${process.pid}`), 'test')),
  })

interface ContextParts {
  readonly gate: Gate
  readonly findFacts: FindFacts | undefined
  readonly tokens: AccessTokens
  readonly world: World
  readonly governed: Governed
  readonly emergency: Emergency
  readonly objects: MemoryObjects
  readonly logger: HandlerContext['logger']
  readonly metrics: Metrics
  readonly lifecycle: Lifecycle
  readonly server: Config['server']
  readonly logKey: KeyObject
}

function handlerContext({
  gate,
  findFacts,
  tokens,
  world,
  governed,
  emergency,
  objects,
  logger,
  metrics,
  lifecycle,
  server,
  logKey,
}: ContextParts): HandlerContext {
  const { store, embedder, clock } = world.context
  const health = new Health(lifecycle, clock, logger)
  const desk = {
    version: '0.1.0',
    startedAt: clock(),
    clock,
    store,
    embedder,
    health,
    config: () => [],
    lagSeconds: () => 0,
  }
  return {
    capsules: world.context,
    tokens,
    imports: noImports,
    model: noChange,
    routing: routingInMemory(store),
    archive: {
      archives: new Archives({ context: world.context, objects, compressionLevel: 6 }),
      retention: () => ({ kind: 'named', ids: [] }),
    },
    erasures: new Erasures({
      context: world.context,
      files: createErasureFiles(),
      vaults: [],
      forget: () => undefined,
    }),
    ...createTestLedger(world, governed, logKey),
    artifacts: lazy(async () => createTestDesk(world)),
    ledgerKeys: { rotate: notWitnessed },
    witness: noWitness,
    emergency,
    governance: {
      ...governed.governance,
      ...(findFacts && { findFacts, newFacts: newFactsOf(world.context, governed.gate) }),
    },
    approvals: governed.desk,
    ...{ proposals: governed.proposals, analysis: governed.analysis, council: governed.council },
    mesh: noMesh(store),
    trust: new TrustEngine({ ...world.context, forget: (id) => world.context.subjects.forget(id) }),
    events: new EventStreams({
      feed: new EventFeed({ context: world.context, gate }),
      stopping: lifecycle.signal,
    }),
    system: createSystemDesk(desk),
    agents: async () => new AgentDoor({ version: '0.1.0', random: systemRandom, clock, onTrouble: () => undefined }),
    health,
    metrics,
    logger,
    version: '0.1.0',
    lineBytesMax: server.body_bytes_max,
    lineIdleMs: server.request_timeout_s * 1000,
  }
}
