// The mesh: what brings events to their routes, and what looks at them before.
import { randomInt } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { type Clock, isCascadeError } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { environment, type LoadedConfig, listOf, readConfigFile } from '#config'
import { withPayload } from '#events'
import {
  type EventValidator,
  MESH_FILE_LIMITS,
  Mesh,
  PASS,
  parseMesh,
  registerSinkKinds,
  type SinkKinds,
  validateEnvelope,
  validateTrust,
} from '#mesh'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { openOutboxCarrier } from './adapters/carriers/outbox-carrier.ts'
import { openWatchedFile } from './adapters/files/watched-file.ts'
import { natsSink } from './adapters/nats/index.ts'
import { logSinkKind } from './adapters/sinks/log-sink.ts'
import { AllowedTargets, type Completed, webhookSink } from './adapters/webhooks/index.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import type { CliIo } from './edge/cli/index.ts'
import { EventMesh } from './edge/jobs/index.ts'
import { VERSION } from './version.ts'

interface MeshFrame extends Pick<Frame, 'loaded' | 'log' | 'health' | 'renewals'> {
  readonly clock: Clock
  readonly newId: () => string
}

interface SinkParts {
  readonly log: Pick<RootLogger, 'info'>
  readonly clock: Clock
  /** Hosts and networks beside the public ones. */
  readonly privateTargets: readonly string[]
  /** Folder of the mesh file: keys are found from there. */
  readonly folder: string
  /** An event with all that it says. */
  readonly completed: Completed
}

/** Every kind of sink that mesh.yml may name. */
export const sinkKinds = ({ log, clock, privateTargets, folder, completed }: SinkParts): SinkKinds => {
  const parts = {
    ...{ completed, environment: environment(), targets: new AllowedTargets(privateTargets) },
    readKey: (path: string) => readConfigFile(resolve(folder, path)) ?? notThere(),
  }
  return registerSinkKinds([logSinkKind(log), webhookSink({ ...parts, clock, version: VERSION }), natsSink(parts)])
}

function notThere(): never {
  throw new Error('it does not exist')
}

/** Parts of the instance get events from here on; the outside waits for the validators. */
export const meshPart = (frame: MeshFrame): BootChunk => ({
  name: 'mesh',
  priority: 1.6,
  dependsOn: ['emergency', 'doors'],
  describe: 'brings events to their routes',
  start: (boot) => openMesh(frame, boot),
})

/** Lets events out, past those who look at them first. */
export const meshValidatorsPart = (frame: MeshFrame): BootChunk => ({
  name: 'mesh validators',
  priority: 3,
  dependsOn: ['mesh', 'policies'],
  canFail: true,
  describe: 'looks at events before they go to the outside',
  start: (boot) => {
    const subjects = boot.get(key.SUBJECTS)
    const { authorise, end } = authoriser(frame, boot)
    // An agent is trusted no more than the person behind it, and whoever is let in no more not at all.
    const trustOf = async (actor: string) => {
      const found = await subjects.find(actor)
      if (found === undefined) return undefined
      const { trust, active } = await subjects.asActing(found)
      return active ? trust : 0
    }
    const [gate, subject, { newId }] = [boot.get(key.GATE), boot.get(key.ADMIN), frame]
    const isAllowed = (resource: string) =>
      gate.preview({ action: 'mesh.deliver', resource, subject, correlationId: newId() }).verdict.applied === 'allow'
    const constitution = validateConstitution(isAllowed, authorise)
    boot.get(key.MESH).arm([validateEnvelope, validateTrust(trustOf), constitution])
    // How its decisions ended goes on record while there is a log to write it into.
    return { [Symbol.asyncDispose]: async () => end() }
  },
})

/** The file as it is configured, else `config/mesh.yml` beside the configuration. */
const fileOf = ({ config: { mesh, data }, file }: LoadedConfig): string =>
  mesh.file ?? join(file === undefined ? dirname(data.dir) : dirname(file), 'config', 'mesh.yml')

function openMesh(frame: MeshFrame, boot: BootContext): AsyncDisposable {
  const { log, clock, newId, loaded, health, renewals } = frame
  const [store, metrics, emergency, gate] = [
    boot.get(key.STORE),
    boot.get(key.METRICS),
    boot.get(key.EMERGENCY),
    boot.get(key.GATE),
  ]
  const path = fileOf(loaded)
  const kinds = sinkKinds({
    ...{ log, clock, folder: dirname(path), privateTargets: listOf(loaded.config.mesh.private_targets) },
    completed: (event) => withPayload(store.records, event),
  })
  const { authorise, end } = authoriser(frame, boot)
  const subject = boot.get(key.ADMIN)
  const asked = { action: 'mesh.apply', resource: 'system/mesh', subject } as const
  const grant = () => gate.retried({ ...asked, correlationId: newId() })
  const mesh = new Mesh({
    ...{ store, carrier: openOutboxCarrier(store), clock, kinds, authoriseRoutes: grant },
    chance: () => randomInt(2 ** 32) / 2 ** 32,
    commandId: () => newId().replaceAll('-', ''),
    authorise: (route) => authorise(`mesh/${route}`),
    count: (outcome) => metrics.count('cascade_mesh_deliveries_total', 1, { outcome }),
    onTrouble: (message, fields) => log.warn(message, fields),
  })
  const file = openWatchedFile(path, MESH_FILE_LIMITS.bytesMax)
  const job = new EventMesh({ mesh, kinds, file, grant, clock, log, halt: () => emergency.signal })
  metrics.onCollect(() => ({ cascade_mesh_lag: Math.max(0, ...mesh.status().map(({ lag }) => lag)) }))
  health.register('mesh', () => job.finding, { critical: false })
  renewals.push(() => job.reload())
  boot.provide(key.MESH, mesh)
  boot.provide(key.MESH_JOB, job)
  return {
    async [Symbol.asyncDispose]() {
      await job[Symbol.asyncDispose]()
      end()
    },
  }
}

/**
 * The gate's word for what a route does, once an hour and anew when policies change: durable before anything is delivered, and
 * with an outcome once another takes its place.
 */
function authoriser({ newId }: Pick<MeshFrame, 'newId'>, boot: BootContext): Authoriser {
  const [gate, subject] = [boot.get(key.GATE), boot.get(key.ADMIN)]
  const open = new Map<string, { readonly grant: Grant; readonly end: () => void }>()
  const endAll = (): void => {
    for (const { end } of open.values()) end()
    open.clear()
  }
  const authorise = async (resource: string): Promise<Grant> => {
    const grant = gate.standing({ action: 'mesh.deliver', resource, subject, correlationId: newId() })
    const known = open.get(resource)
    if (known?.grant === grant) return grant
    known?.end()
    if (open.size >= OPEN_MAX) endAll()
    await gate.carryOut(grant, (later) => void open.set(resource, { grant, end: later() }))
    return grant
  }
  return { authorise, end: endAll }
}

interface Authoriser {
  readonly authorise: (resource: string) => Promise<Grant>
  /** What was allowed is over. */
  readonly end: () => void
}

const OPEN_MAX = 1000

/**
 * Policies may forbid a type of event a route: `mesh/<route>/<type>`. What may be let a moment later waits. What they allow rests on
 * the decision about the route, since types are as many as others make up; what they refuse is on record.
 */
export const validateConstitution =
  (isAllowed: (resource: string) => boolean, authorise: (resource: string) => Promise<Grant>): EventValidator =>
  async ({ type }, { name }) => {
    try {
      if (isAllowed(`mesh/${name}/${type}`)) return PASS
      await authorise(`mesh/${name}/${type}`)
      return PASS
    } catch (error) {
      if (!isCascadeError(error)) throw error
      if (error.code === 'FORBIDDEN' || error.code === 'APPROVAL_REQUIRED')
        return { kind: 'refuse', cause: 'constitution', reason: error.detail }
      return { kind: 'wait', reason: error.detail }
    }
  }

/** Looks at the text of a mesh.yml, without an instance. What it promises stands at `CliIo.lintMesh`. */
export const lintMesh: CliIo['lintMesh'] = async (path, privateTargets) => {
  const text = openWatchedFile(path, MESH_FILE_LIMITS.bytesMax).read()
  const parts = { log: { info: () => undefined }, clock: () => 0, privateTargets, folder: dirname(path) }
  const kinds = sinkKinds({ ...parts, completed: async (event) => event })
  return text === undefined ? undefined : parseMesh(text, kinds, { looks: true })
}
