import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { ROUTES } from '@forge-cascade/contract'
import { createUuidV7, lazy, systemClock, systemRandom, toRfc3339 } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { Imports } from '#capsules'
import { explainConfig, type LoadedConfig } from '#config'
import { EventFeed } from '#events'
import { tokenDigest } from '#identity'
import { LoopLagMonitor, Metrics, processGauges, type RootLogger } from '#observability'
import { openDocumentConverter, openDocumentReader } from './adapters/documents/index.ts'
import { type Address, bootInstance, type Frame } from './boot-instance.ts'
import { openAgentDoor } from './compose-agents.ts'
import { openApprovals } from './compose-approvals.ts'
import { composeArchives, openRetention, retentionOf } from './compose-archive.ts'
import { openVectors } from './compose-embedding.ts'
import { emergencyPart } from './compose-emergency.ts'
import { composeEvidence } from './compose-evidence.ts'
import {
  driftPart,
  findersOf,
  gatePart,
  keptDecisions,
  outcomePart,
  policyPart,
  readPolicyOf,
} from './compose-governance.ts'
import { bearerTokens, identityPart } from './compose-identity.ts'
import { careOf, composeErasures, openStoreCheck, ownGrant } from './compose-keeping.ts'
import * as key from './compose-keys.ts'
import { keyDesk, ledgerParts } from './compose-ledger.ts'
import { meshPart, meshValidatorsPart } from './compose-mesh.ts'
import { proposalParts } from './compose-proposals.ts'
import { LiveSettings, renewCertificate } from './compose-settings.ts'
import { sourceOpener } from './compose-sources.ts'
import { storeParts } from './compose-store.ts'
import { openArtifactDesk } from './compose-verification.ts'
import type { LocalInstance, StartInstanceOptions } from './edge/cli/index.ts'
import {
  ApprovalDesk,
  createImportDesk,
  createModelDesk,
  DeepProbe,
  Maintenance,
  sweepApprovals,
  takeBackup,
  type UnfinishedErasures,
} from './edge/jobs/index.ts'
import { checkRuntime } from './runtime.ts'
import { storeGauges } from './store-gauges.ts'
import { VERSION } from './version.ts'

const clock = systemClock
const newId = createUuidV7(clock, systemRandom)

/** Boots an instance from the parts list below. What it promises stands at `StartInstance`. */
export const startInstance = (
  loaded: LoadedConfig,
  options: StartInstanceOptions,
  log: RootLogger,
  writer?: Worker,
): Promise<LocalInstance> =>
  bootInstance({ loaded, options, log, clock }, (frame, tell) => [...partsOf(frame, writer), announcement(tell)])

/** The last part: hands what a caller needs out of the boot. */
function announcement(tell: (address: Address) => void): BootChunk {
  return {
    name: 'announcement',
    priority: 4,
    dependsOn: ['http', 'vectors'],
    describe: 'tells where the instance answers',
    start: (boot) => {
      const { token, path } = boot.get(key.TOKEN)
      const metrics = boot.get(key.METRICS)
      tell({ socket: boot.get(key.FOLDER).socket, url: boot.get(key.ADDRESS), token, tokenFile: path, metrics })
      return undefined
    },
  }
}

/** The parts list: what there is, when it starts, what it waits for. */
function partsOf(frame: Frame, writer: Worker | undefined): readonly BootChunk[] {
  return [
    {
      name: 'guardian',
      priority: 0,
      describe: 'checks that this runtime can carry the instance',
      start: () => done(checkRuntime()),
    },
    ...storeParts(frame, clock, writer),
    {
      // Named after the store, so that the threads of the store are at work while this one loads.
      name: 'doors',
      priority: 1,
      dependsOn: ['data folder'],
      describe: 'loads what takes requests',
      start: loadDoors,
    },
    gatePart({ ...frame, clock, newId }),
    identityPart({ ...frame, clock, newId }),
    policyPart({ ...frame, clock, newId }),
    {
      name: 'approvals',
      priority: 1.5,
      dependsOn: ['identity'],
      describe: 'knows what waits for somebody’s word',
      start: (boot) => openApprovals({ ...frame, clock, newId }, boot),
    },
    ...proposalParts({ ...frame, clock, newId }),
    emergencyPart({ ...frame, clock, newId }),
    meshPart({ ...frame, clock, newId }),
    meshValidatorsPart({ ...frame, clock, newId }),
    ...ledgerParts({ ...frame, clock, newId }),
    {
      name: 'embedder',
      priority: 2,
      dependsOn: ['emergency'],
      describe: 'makes vectors of texts, anew where their model is to change',
      start: (boot) => openVectors({ ...frame, clock, newId }, boot),
    },
    {
      name: 'capsules',
      priority: 2,
      dependsOn: ['embedder'],
      describe: 'remembers and recalls',
      start: (boot) => openCapsules(frame, boot),
    },
    {
      name: 'imports',
      priority: 2,
      dependsOn: ['doors', 'capsules', 'emergency'],
      describe: 'reads folders, repositories and files',
      start: (boot) => openImports(frame, boot),
    },
    {
      name: 'erasures',
      priority: 2,
      dependsOn: ['capsules'],
      describe: 'completes erasures that were interrupted, and repeats those that a restored store does not know of',
      start: (boot) => openKeeping(frame, boot),
    },
    {
      name: 'http',
      priority: 3,
      dependsOn: ['doors', 'capsules', 'imports', 'erasures', 'approvals', 'ledger check', 'proposals', 'mesh'],
      describe: 'answers requests',
      start: (boot) => openHttp(frame, boot),
    },
    {
      name: 'maintenance',
      priority: 3,
      dependsOn: ['capsules'],
      canFail: true,
      describe: 'raises trust and links what is similar',
      start: (boot) => new Maintenance({ context: boot.get(key.CAPSULES), ...whoOf(boot), clock, log: frame.log }),
    },
    {
      name: 'retention',
      priority: 3,
      dependsOn: ['erasures', 'doors'],
      canFail: true,
      describe: 'moves what has reached its retention into the archive',
      start: (boot) =>
        openRetention({
          ...frame,
          newId,
          archives: boot.get(key.ARCHIVES),
          metrics: boot.get(key.METRICS),
          ...whoOf(boot),
        }),
    },
    {
      name: 'approved requests',
      priority: 3,
      dependsOn: ['http'],
      describe: 'carries out what was approved before an end, and ends what waited too long',
      start: (boot) => sweepApprovals({ approvals: boot.get(key.APPROVALS), log: frame.log, halt: whoOf(boot).halt }),
    },
    outcomePart(frame),
    driftPart(frame),
    {
      // Rows are read meanwhile: what starts until here needs no vector.
      name: 'vectors',
      priority: 3,
      dependsOn: ['store'],
      describe: 'has the vectors of all capsules in memory',
      start: (boot) => boot.get(key.STORE).ready().then(done),
    },
    {
      name: 'store check',
      priority: 3,
      dependsOn: ['store'],
      canFail: true,
      describe: 'looks for damage once the instance answers',
      start: (boot) => openStoreCheck(frame, boot),
    },
  ]
}

/** Who acts where nobody asks, who decides, and what stops it. */
function whoOf(boot: BootContext) {
  const emergency = boot.get(key.EMERGENCY)
  return { gate: boot.get(key.GATE), subject: boot.get(key.ADMIN), halt: () => emergency.signal }
}

/** For parts that leave nothing to close. */
const done = (_nothing: unknown): undefined => undefined

async function loadDoors(boot: BootContext): Promise<undefined> {
  boot.provide(key.DOORS, await import('./edge/http/index.ts'))
  boot.provide(key.METRICS, new Metrics())
  return undefined
}

function openCapsules({ live }: Frame, boot: BootContext): undefined {
  const [store, subjects] = [boot.get(key.STORE), boot.get(key.SUBJECTS)]
  const parts = { store, subjects, readPolicy: readPolicyOf(boot.get(key.GATE), subjects) }
  const settings = new LiveSettings(live, boot.get(key.EMBEDDERS))
  boot.provide(key.CAPSULES, Object.assign(settings, { clock, newId, random: systemRandom, ...parts }))
  return undefined
}

/** Imports that were running when the process ended are marked before any new one begins. */
async function openImports(frame: Frame, boot: BootContext): Promise<Imports> {
  const imports = new Imports({
    context: boot.get(key.CAPSULES),
    reader: openDocumentReader(),
    converter: openDocumentConverter(),
    openSource: sourceOpener(join(boot.get(key.FOLDER).directory, 'tmp'), frame.loaded.config.import.file_bytes_max),
  })
  await imports.markInterrupted(ownGrant(boot, newId, 'import.run', 'import/*'))
  boot.get(key.EMERGENCY).whenRaised((reason) => imports.interrupt(reason))
  boot.provide(key.IMPORTS, imports)
  return imports
}

/** Before anything is answered: what was to be erased is not seen again. */
async function openKeeping({ loaded, log, health }: Frame, boot: BootContext): Promise<UnfinishedErasures> {
  const directory = boot.get(key.FOLDER).directory
  const archives = composeArchives(loaded.config, directory, boot.get(key.CAPSULES))
  boot.provide(key.ARCHIVES, archives)
  const { erasures, unfinished } = await composeErasures({
    ...{ config: loaded.config, log, store: boot.get(key.STORE), context: boot.get(key.CAPSULES), archives, directory },
    grant: ownGrant(boot, newId, 'capsule.erase', '*'),
    settle: () => boot.get(key.JOURNAL).settle(),
    forget: (owner) => {
      boot.get(key.EMBEDDERS).forget()
      if (owner !== null) boot.get(key.DRIFT).forget(owner)
      if (owner !== null) boot.get(key.AFFECT).forget(owner)
      if (owner !== null) boot.get(key.EMERGENCY).forget(owner)
    },
    halt: whoOf(boot).halt,
  })
  boot.provide(key.ERASURES, erasures)
  boot.provide(key.UNFINISHED, unfinished)
  health.register('erasures', () => unfinished.health)
  return unfinished
}

async function openHttp(frame: Frame, boot: BootContext): Promise<AsyncDisposable> {
  const { loaded, live, options, log, lifecycle, health, startedAt } = frame
  const { authenticateBy, createHandlers, createSystemDesk, EventStreams, HttpServer } = boot.get(key.DOORS)
  const [folder, store, context, metrics] = [
    boot.get(key.FOLDER),
    boot.get(key.STORE),
    boot.get(key.CAPSULES),
    boot.get(key.METRICS),
  ]
  await using parts = new AsyncDisposableStack()
  const lag = parts.use(new LoopLagMonitor({ log }))
  metrics.onCollect(processGauges(lag))
  metrics.onCollect(storeGauges(store))
  metrics.onCollect(() => ({ cascade_memory_drift: boot.get(key.DRIFT).whole }))
  metrics.set('cascade_build_info', 1, { version: VERSION, node: process.versions.node })
  const directory = loaded.config.store.backup_dir ?? join(folder.directory, 'backups')
  const write = (file: string, keyFile: string | undefined) => store.backup(file, { keyFile })
  const backups = { context, clock, directory, write }
  const deep = new DeepProbe({ context, ...whoOf(boot), clock, log })
  const system = createSystemDesk({
    ...{ version: VERSION, startedAt, clock, store, health },
    embedder: context.embedder,
    config: () => explainConfig(live.loaded),
    lagSeconds: () => lag.p99Seconds(),
    probe: () => deep.look(),
    ...(options.lent && { handOver: () => void lifecycle.stop('the folder was asked for') }),
    backup: (call, asked) => takeBackup(backups, call, asked),
    ...careOf(store, boot.get(key.LEDGER), boot.get(key.ARCHIVES), boot.get(key.UNFINISHED), boot.get(key.REPAIRED)),
  })
  const scrapeToken = loaded.config.metrics.scrape_token
  // Whatever a client writes it into by mistake: no line of the log shows it.
  log.hide(boot.get(key.TOKEN).token)
  const findSubject = (id: string) => context.subjects.find(id)
  const approvals = new ApprovalDesk({ approvals: boot.get(key.APPROVALS), gate: boot.get(key.GATE), findSubject })
  const facts = findersOf(context, boot.get(key.APPROVALS), boot.get(key.GOVERNANCE))
  const server = parts.use(
    new HttpServer({
      ...(scrapeToken === undefined ? {} : { scrapeTokenDigest: tokenDigest(scrapeToken) }),
      routes: ROUTES,
      handlers: createHandlers({
        capsules: context,
        tokens: boot.get(key.TOKENS),
        imports: createImportDesk(boot.get(key.IMPORTS)),
        erasures: boot.get(key.ERASURES),
        archive: { archives: boot.get(key.ARCHIVES), retention: () => retentionOf(live.loaded.config, clock()) },
        ledger: boot.get(key.LEDGER),
        artifacts: lazy(() => openArtifactDesk({ store, clock, directory: folder.directory })),
        ledgerKeys: keyDesk(boot.get(key.LOG_KEYS), () => live.loaded.config),
        witness: boot.get(key.WITNESS),
        evidence: composeEvidence({
          ...{ desk: boot.get(key.LEDGER), store, clock, pages: boot.get(key.DOORS) },
          config: () => explainConfig(live.loaded),
          policies: () => boot.get(key.GATE).bundle.files,
          decisions: keptDecisions(boot),
        }),
        model: createModelDesk(boot.get(key.MODEL_CHANGE)),
        routing: boot.get(key.ROUTING),
        events: new EventStreams({
          feed: new EventFeed({ context, gate: boot.get(key.GATE) }),
          stopping: lifecycle.signal,
        }),
        system,
        emergency: boot.get(key.EMERGENCY),
        governance: { ...boot.get(key.GOVERNANCE), ...facts },
        trust: boot.get(key.TRUST),
        approvals,
        proposals: boot.get(key.PROPOSALS).desk,
        ...{ analysis: boot.get(key.COUNCIL).analysis, council: boot.get(key.COUNCIL).desk },
        mesh: boot.get(key.MESH_JOB),
        agents: lazy(async () => openAgentDoor(log)),
        ...{ health, metrics, logger: log, version: VERSION },
        lineBytesMax: loaded.config.server.body_bytes_max,
        lineIdleMs: loaded.config.server.request_timeout_s * 1000,
      }),
      authenticate: authenticateBy(bearerTokens(boot)),
      gate: boot.get(key.GATE),
      ...facts,
      approvals,
      server: loaded.config.server,
      rate: () => live.loaded.config.limits.rate,
      head: () => store.head(),
      logger: log,
      ...{ metrics, clock, newId },
      emergency: boot.get(key.EMERGENCY),
      affect: boot.get(key.AFFECT),
      trackWork: (name) => lifecycle.trackWork(name),
    }),
  )
  frame.renewals.push(() => renewCertificate(server, log))
  boot.get(key.EMERGENCY).enforce()
  await server.listenLocally(folder.socket)
  const address = options.listen === 'socket' ? null : (await server.listen()).url
  folder.announce(toRfc3339(startedAt), address)
  boot.provide(key.ADDRESS, address)
  // Until here a failure closes what was opened; from here on the boot does.
  return parts.move()
}
