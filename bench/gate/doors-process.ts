// One store with two doors, in a process of its own: one with the gate of an instance, one with a gate that is open. Sends where
// they answer over IPC, and the transactions so far whenever it is asked.
import { ROUTES } from '@forge-cascade/contract'
import { createStaticEmbedder } from '../../packages/server/src/adapters/models/static/static-embedder.ts'
import { systemClock as clock, createUuidV7, systemRandom as random } from '../../packages/server/src/base/index.ts'
import { factsOf, readPolicyOf } from '../../packages/server/src/compose-governance.ts'
import type { AskContext } from '../../packages/server/src/domain/capsules/index.ts'
import { DecisionJournal, GovernanceGate, Guardian } from '../../packages/server/src/domain/governance/index.ts'
import { AccessTokens, createToken, tokenDigest } from '../../packages/server/src/domain/identity/index.ts'
import type { UntypedHandler } from '../../packages/server/src/edge/http/handler.ts'
import { capsuleHandlers } from '../../packages/server/src/edge/http/handlers/capsules.ts'
import type { HandlerContext } from '../../packages/server/src/edge/http/handlers/handler-context.ts'
import { recallHandlers } from '../../packages/server/src/edge/http/handlers/recall.ts'
import type { HttpAppOptions } from '../../packages/server/src/edge/http/http-app.ts'
import { authenticateBy, HttpServer } from '../../packages/server/src/edge/http/index.ts'
import { loadConfig } from '../../packages/server/src/kernel/config/index.ts'
import { createLogger, Metrics } from '../../packages/server/src/platform/observability/index.ts'
import { openWorld } from '../instance/open-world.ts'
import { OpenGate } from './open-gate.ts'

/** What is measured. */
const OPERATIONS: ReadonlySet<string> = new Set(['getCapsule', 'searchCapsulesByBody', 'createCapsule'])

const directory = process.argv[2]
if (directory === undefined) throw new TypeError('expected the data folder as the first argument')
const { config } = loadConfig({ env: {}, cwd: directory })
const { guardian: weighing, server, gate: keeping } = config
const world = await openWorld(directory)
const { store } = world
const { subject } = world.call('capsule.create')
const newId = createUuidV7(clock, random)
const logger = createLogger({ stream: process.stderr, clock, level: 'warn', format: 'json' })
const token = createToken(random)
const tokens = new AccessTokens({ store, subjects: world.context.subjects, clock, newId, random })

// With one client each command has a transaction, and each transaction one sync.
let transactions = 0
const append = store.append.bind(store)
store.append = (commands) => {
  transactions += 1
  return append(commands)
}

const onTrouble = (message: string, cause: unknown): never => {
  throw new Error(message, { cause })
}
const journal = new DecisionJournal({
  ...{ store, clock, newId, random, onTrouble },
  keepDays: () => keeping.decision_days,
})
journal.writeAs(subject.id)
const guardian = new Guardian({ clock, weights: () => weighing.weights })
const gate = new GovernanceGate({ clock, newId, journal, guardian })
const open = new OpenGate(gate, { action: 'capsule.search', resource: '*', subject, correlationId: newId() }, newId)

const plain: AskContext = { ...world.context, embedder: createStaticEmbedder() }
const governed: AskContext = { ...plain, readPolicy: readPolicyOf(gate, plain.subjects) }
const doors = {
  gated: await openDoor(governed, { gate, findFacts: factsOf(governed, { factsOf: async () => 'absent' }) }),
  open: await openDoor(plain, { gate: open }),
}
process.on('message', () => process.send?.({ transactions }))
process.on('disconnect', async () => {
  for (const door of Object.values(doors)) await door[Symbol.asyncDispose]()
  await journal[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})
process.send?.({ gated: await urlOf(doors.gated), open: await urlOf(doors.open), token })

async function openDoor(
  capsules: AskContext,
  decidedBy: Pick<HttpAppOptions, 'gate' | 'findFacts'>,
): Promise<HttpServer> {
  const metrics = new Metrics()
  // The handlers of these operations use the capsules and the metrics, and nothing else of an instance.
  const context = { capsules, metrics } as HandlerContext
  const handlers: Readonly<Record<string, unknown>> = { ...recallHandlers(context), ...capsuleHandlers(context) }
  return new HttpServer({
    routes: ROUTES.filter(({ id }) => OPERATIONS.has(id)),
    // Each is the handler of the operation that it is named after.
    handlers: Object.fromEntries([...OPERATIONS].map((id) => [id, handlers[id] as UntypedHandler])),
    authenticate: authenticateBy({
      ...{ administratorDigest: tokenDigest(token), administrator: subject.id, subjects: capsules.subjects, tokens },
    }),
    ...decidedBy,
    server: { ...server, host: '127.0.0.1', port: 0 },
    rate: () => ({ requests_per_minute: 0, burst: 1 }),
    head: () => store.head(),
    ...{ logger, metrics, clock, newId },
  })
}

async function urlOf(door: HttpServer): Promise<string> {
  return (await door.listen()).url
}
