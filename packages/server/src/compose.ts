import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { ROUTES } from '@forge-cascade/contract'
import { createUuidV7, lazy, systemClock, systemRandom, toRfc3339 } from '#base'
import { type BootChunk, type BootContext, BootKey } from '#boot'
import { type Archives, type AskContext, type Embedders, type Erasures, Imports, type ModelChange } from '#capsules'
import { explainConfig, type LoadedConfig } from '#config'
import { DataFolder } from '#data-folder'
import { createBootstrapGate, type Gate, requireGrant } from '#governance'
import { founderOf, type Subject, Subjects, tokenDigest } from '#identity'
import type { CheckpointMirror } from '#ledger'
import { LoopLagMonitor, Metrics, processGauges, type RootLogger } from '#observability'
import { openDocumentConverter, openDocumentReader } from './adapters/documents/index.ts'
import { openLedgerKey } from './adapters/files/ledger-key.ts'
import { openTokenFile, type TokenFile } from './adapters/files/token-file.ts'
import { findBuiltinEmbedder, openEmbedder, sharedStaticTable } from './adapters/models/index.ts'
import { acquireFolderLock } from './adapters/sqlite/folder-lock.ts'
import { backupSettings, openSqliteStore, type SqliteStore } from './adapters/sqlite/index.ts'
import { type Address, bootInstance, type Frame } from './boot-instance.ts'
import { COLLECTIONS } from './collections.ts'
import { openAgentDoor } from './compose-agents.ts'
import { composeArchives, openRetention, retentionOf } from './compose-archive.ts'
import { openModelChange } from './compose-embedding.ts'
import { careOf, composeErasures } from './compose-keeping.ts'
import { mirrorOf } from './compose-ledger.ts'
import { LiveSettings, renewCertificate } from './compose-settings.ts'
import { sourceOpener } from './compose-sources.ts'
import type { LocalInstance, StartInstanceOptions } from './edge/cli/index.ts'
import type * as Http from './edge/http/index.ts'
import {
  createImportDesk,
  createModelDesk,
  DeepProbe,
  Maintenance,
  openLog,
  type SigningLog,
  StoreCheck,
  takeBackup,
  tellRestore,
  type UnfinishedErasures,
} from './edge/jobs/index.ts'
import { checkRuntime } from './runtime.ts'
import { storeGauges } from './store-gauges.ts'
import { registerStore } from './store-health.ts'
import { VERSION } from './version.ts'

const clock = systemClock
const newId = createUuidV7(clock, systemRandom)

/** Entries of the log whose chain is checked before anything else begins: what a crash or a bad copy would have cut. */
const NEWEST_ENTRIES = 100

/** What the parts hand to each other. */
const FOLDER = new BootKey<DataFolder>('data folder')
const STORE = new BootKey<SqliteStore>('store')
const GATE = new BootKey<Gate>('gate')
const SUBJECTS = new BootKey<Subjects>('subjects')
const ADMIN = new BootKey<Subject>('administrator')
const MIRROR = new BootKey<CheckpointMirror | undefined>('mirror')
const LOG = new BootKey<SigningLog>('log')
const TOKEN = new BootKey<TokenFile>('token')
const EMBEDDERS = new BootKey<Embedders>('embedders')
const MODEL_CHANGE = new BootKey<ModelChange>('model change')
const CAPSULES = new BootKey<AskContext>('capsules')
const IMPORTS = new BootKey<Imports>('imports')
const ARCHIVES = new BootKey<Archives>('archives')
const ERASURES = new BootKey<Erasures>('erasures')
const UNFINISHED = new BootKey<UnfinishedErasures>('unfinished erasures')
const REPAIRED = new BootKey<Set<() => Promise<void>>>('who looks again after a repair')
const METRICS = new BootKey<Metrics>('metrics')
const DOORS = new BootKey<typeof Http>('doors')
const ADDRESS = new BootKey<string | null>('address')

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
      const { token, path } = boot.get(TOKEN)
      const metrics = boot.get(METRICS)
      tell({ socket: boot.get(FOLDER).socket, url: boot.get(ADDRESS), token, tokenFile: path, metrics })
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
    {
      name: 'data folder',
      priority: 1,
      describe: 'takes the folder for this process alone',
      start: (boot) => openFolder(frame, boot),
    },
    {
      name: 'store',
      priority: 1,
      dependsOn: ['data folder'],
      describe: 'opens the database and its threads',
      start: (boot) => openStore(frame, boot, writer),
    },
    {
      // Named after the store, so that the threads of the store are at work while this one loads.
      name: 'doors',
      priority: 1,
      dependsOn: ['data folder'],
      describe: 'loads what takes requests',
      start: loadDoors,
    },
    {
      name: 'gate',
      priority: 1.5,
      describe: 'decides what may happen',
      start: (boot) => done(boot.provide(GATE, createBootstrapGate({ clock, newId }))),
    },
    {
      name: 'identity',
      priority: 1.5,
      dependsOn: ['store', 'gate'],
      describe: 'knows the administrator and the token',
      start: (boot) => openIdentity(frame, boot),
    },
    {
      name: 'ledger',
      priority: 2,
      dependsOn: ['identity'],
      describe: 'compares the log with what was signed of it, and signs it as it grows',
      start: (boot) => openLedger(frame, boot),
    },
    {
      name: 'embedder',
      priority: 2,
      dependsOn: ['identity'],
      describe: 'makes vectors of texts, anew where their model is to change',
      start: (boot) => openVectors(frame, boot),
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
      dependsOn: ['doors', 'capsules'],
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
      dependsOn: ['doors', 'capsules', 'imports', 'erasures'],
      describe: 'answers requests',
      start: (boot) => openHttp(frame, boot),
    },
    {
      name: 'maintenance',
      priority: 3,
      dependsOn: ['capsules'],
      canFail: true,
      describe: 'raises trust and links what is similar',
      start: (boot) => new Maintenance({ context: boot.get(CAPSULES), ...whoOf(boot), clock, log: frame.log }),
    },
    {
      name: 'retention',
      priority: 3,
      dependsOn: ['erasures', 'doors'],
      canFail: true,
      describe: 'moves what has reached its retention into the archive',
      start: (boot) =>
        openRetention({ ...frame, newId, archives: boot.get(ARCHIVES), metrics: boot.get(METRICS), ...whoOf(boot) }),
    },
    {
      // Rows are read meanwhile: what starts until here needs no vector.
      name: 'vectors',
      priority: 3,
      dependsOn: ['store'],
      describe: 'has the vectors of all capsules in memory',
      start: (boot) => boot.get(STORE).ready().then(done),
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

/** Who acts where nobody asks, and who decides. */
const whoOf = (boot: BootContext) => ({ gate: boot.get(GATE), subject: boot.get(ADMIN) })

/** For parts that leave nothing to close. */
const done = (_nothing: unknown): undefined => undefined

function openFolder({ loaded }: Frame, boot: BootContext): DataFolder {
  const folder = DataFolder.open(loaded.config.data.dir, acquireFolderLock)
  boot.provide(FOLDER, folder)
  return folder
}

async function openStore(
  { loaded: { config }, guardian, health, log }: Frame,
  boot: BootContext,
  writer: Worker | undefined,
): Promise<SqliteStore> {
  const store = await openSqliteStore({
    directory: boot.get(FOLDER).directory,
    collections: COLLECTIONS,
    readers: config.store.readers,
    groupCommitMax: config.store.group_commit_max,
    groupCommitMs: config.store.group_commit_ms,
    compressionLevel: config.memory.compressionLevel,
    words: sharedStaticTable().bytes,
    clock,
    writer,
    ...backupSettings(config),
    onTrouble: (message, cause) => log.error(message, { cause }),
    onUpgrade: (backup) => log.warn('an older data folder was upgraded; what it was is kept', { backup }),
  })
  boot.provide(STORE, store)
  guardian.claim('store', async () => {
    const { firstBad } = await store.ledger.verifyChain(Math.max(0, store.head() - NEWEST_ENTRIES))
    return firstBad === undefined ? { kind: 'sound' } : { kind: 'unsound', reason: `the log is broken at ${firstBad}` }
  })
  registerStore(health, store, clock)
  boot.provide(REPAIRED, new Set())
  return store
}

async function loadDoors(boot: BootContext): Promise<undefined> {
  boot.provide(DOORS, await import('./edge/http/index.ts'))
  boot.provide(METRICS, new Metrics())
  return undefined
}

async function openLedger({ log }: Frame, boot: BootContext): Promise<SigningLog> {
  const opened = await openLog({
    ...whoOf(boot),
    ...{ store: boot.get(STORE), newId, mirror: boot.get(MIRROR) },
    key: openLedgerKey(boot.get(FOLDER).directory).key,
    onTrouble: (message, cause) => log.error(message, { cause }),
  })
  boot.provide(LOG, opened)
  return opened
}

async function openIdentity({ loaded: { config } }: Frame, boot: BootContext): Promise<undefined> {
  const [store, gate] = [boot.get(STORE), boot.get(GATE)]
  const subjects = new Subjects({ store, clock, newId })
  const admin = await subjects.openAdministrator((id) =>
    requireGrant(
      gate.decide({
        action: 'subject.create',
        resource: `subject/${id}`,
        subject: founderOf(id, clock()),
        correlationId: newId(),
      }),
    ),
  )
  // Before anything else writes: a restored store begins its log with the word of it.
  const mirror = mirrorOf(config)
  boot.provide(MIRROR, mirror)
  await tellRestore({ directory: boot.get(FOLDER).directory, store, gate, subject: admin, newId, mirror })
  boot.provide(SUBJECTS, subjects)
  boot.provide(ADMIN, admin)
  boot.provide(TOKEN, openTokenFile(boot.get(FOLDER).directory, systemRandom))
  return undefined
}

async function openVectors({ loaded, log }: Frame, boot: BootContext): Promise<AsyncDisposable> {
  const [gate, subject] = [boot.get(GATE), boot.get(ADMIN)]
  const asked = { action: 'system.maintain', resource: 'embedding/*', subject } as const
  const { embedders, change, parts } = await openModelChange({
    store: boot.get(STORE),
    configured: await openEmbedder(loaded.config.embedding),
    findBuiltin: findBuiltinEmbedder,
    grant: () => requireGrant(gate.decide({ ...asked, correlationId: newId() })),
    ...{ clock, newId, log },
  })
  boot.provide(EMBEDDERS, embedders)
  boot.provide(MODEL_CHANGE, change)
  return parts
}

function openCapsules({ live }: Frame, boot: BootContext): undefined {
  const parts = { store: boot.get(STORE), subjects: boot.get(SUBJECTS) }
  const settings = new LiveSettings(live, boot.get(EMBEDDERS))
  boot.provide(CAPSULES, Object.assign(settings, { clock, newId, random: systemRandom, ...parts }))
  return undefined
}

/** Imports that were running when the process ended are marked before any new one begins. */
async function openImports(frame: Frame, boot: BootContext): Promise<Imports> {
  const imports = new Imports({
    context: boot.get(CAPSULES),
    reader: openDocumentReader(),
    converter: openDocumentConverter(),
    openSource: sourceOpener(join(boot.get(FOLDER).directory, 'tmp'), frame.loaded.config.import.file_bytes_max),
  })
  const ask = { action: 'import.run', resource: 'import/*', subject: boot.get(ADMIN), reach: 'lines' } as const
  await imports.markInterrupted({ grant: requireGrant(boot.get(GATE).decide({ ...ask, correlationId: newId() })) })
  boot.provide(IMPORTS, imports)
  return imports
}

/** Before anything is answered: what was to be erased is not seen again. */
async function openKeeping({ loaded, log, health }: Frame, boot: BootContext): Promise<UnfinishedErasures> {
  const request = { action: 'capsule.erase', resource: '*', subject: boot.get(ADMIN), reach: 'lines' } as const
  const directory = boot.get(FOLDER).directory
  const archives = composeArchives(loaded.config, directory, boot.get(CAPSULES))
  boot.provide(ARCHIVES, archives)
  const { erasures, unfinished } = await composeErasures({
    ...{ config: loaded.config, log, store: boot.get(STORE), context: boot.get(CAPSULES), archives, directory },
    grant: () => requireGrant(boot.get(GATE).decide({ ...request, correlationId: newId() })),
    forget: () => boot.get(EMBEDDERS).forget(),
  })
  boot.provide(ERASURES, erasures)
  boot.provide(UNFINISHED, unfinished)
  health.register('erasures', () => unfinished.health)
  return unfinished
}

async function openHttp(frame: Frame, boot: BootContext): Promise<AsyncDisposable> {
  const { loaded, live, options, log, lifecycle, health, startedAt } = frame
  const { authenticateBy, createHandlers, createSystemDesk, HttpServer } = boot.get(DOORS)
  const [folder, store, context, metrics] = [boot.get(FOLDER), boot.get(STORE), boot.get(CAPSULES), boot.get(METRICS)]
  await using parts = new AsyncDisposableStack()
  const lag = parts.use(new LoopLagMonitor({ log }))
  metrics.onCollect(processGauges(lag))
  metrics.onCollect(storeGauges(store))
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
    ...careOf(store, boot.get(ARCHIVES), boot.get(UNFINISHED), boot.get(REPAIRED)),
  })
  const scrapeToken = loaded.config.metrics.scrape_token
  // Whatever a client writes it into by mistake: no line of the log shows it.
  log.hide(boot.get(TOKEN).token)
  const server = parts.use(
    new HttpServer({
      ...(scrapeToken === undefined ? {} : { scrapeTokenDigest: tokenDigest(scrapeToken) }),
      routes: ROUTES,
      handlers: createHandlers({
        capsules: context,
        imports: createImportDesk(boot.get(IMPORTS)),
        erasures: boot.get(ERASURES),
        archive: { archives: boot.get(ARCHIVES), retention: () => retentionOf(live.loaded.config, clock()) },
        model: createModelDesk(boot.get(MODEL_CHANGE)),
        system,
        agents: lazy(async () => openAgentDoor(log)),
        ...{ health, metrics, logger: log, version: VERSION },
        lineBytesMax: loaded.config.server.body_bytes_max,
        lineIdleMs: loaded.config.server.request_timeout_s * 1000,
      }),
      authenticate: authenticateBy([{ digest: tokenDigest(boot.get(TOKEN).token), subject: boot.get(ADMIN) }]),
      gate: boot.get(GATE),
      server: loaded.config.server,
      rate: () => live.loaded.config.limits.rate,
      head: () => store.head(),
      logger: log,
      ...{ metrics, clock, newId },
      trackWork: (name) => lifecycle.trackWork(name),
    }),
  )
  frame.renewals.push(() => renewCertificate(server, log))
  await server.listenLocally(folder.socket)
  const address = options.listen === 'socket' ? null : (await server.listen()).url
  folder.announce(toRfc3339(startedAt), address)
  boot.provide(ADDRESS, address)
  // Until here a failure closes what was opened; from here on the boot does.
  return parts.move()
}

function openStoreCheck({ log, health }: Frame, boot: BootContext): Disposable {
  const store = boot.get(STORE)
  const check = new StoreCheck({ look: () => store.doctor('quick'), log })
  health.register('store check', () => check.finding)
  boot.get(REPAIRED).add(() => check.look())
  return check
}
