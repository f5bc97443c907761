import type { Clock } from '#base'
import type { BootContext } from '#boot'
import { cacheEmbeddings, type Embedder, Embedders, ModelChange, type ModelChangeOptions } from '#capsules'
import { requireGrant } from '#governance'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { findBuiltinEmbedder, openEmbedder } from './adapters/models/index.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { openRouting } from './compose-routing.ts'
import { ReEmbedding } from './edge/jobs/index.ts'

interface VectorOptions extends Pick<ModelChangeOptions, 'store' | 'configured' | 'clock' | 'newId'> {
  /** The embedder of a model that this program brings along. */
  readonly findBuiltin: (model: string) => Embedder | undefined
  /** The gate's word for each step that is done in the background. */
  readonly grant: () => Grant<'system.maintain'>
  /** The same for what the start itself has to do. */
  readonly grantOwn: () => Grant<'system.maintain'>
  readonly log: RootLogger
  readonly halt: () => AbortSignal
}

interface Vectors {
  readonly embedders: Embedders
  readonly change: ModelChange
  /** What works in the background, and embedders of a model that is not configured any more. */
  readonly parts: AsyncDisposable
}

/** The embedders that count, and the change of the model where the configured one is not that of the vectors. */
async function openModelChange({
  findBuiltin,
  grant,
  grantOwn,
  log,
  halt,
  ...options
}: VectorOptions): Promise<Vectors> {
  await using opened = new AsyncDisposableStack()
  const configured = opened.use(cacheEmbeddings(options.configured))
  const openFormer = (model: string): Embedder | undefined => {
    const found = findBuiltin(model)
    return found && opened.use(cacheEmbeddings(found))
  }
  const embedders = new Embedders(configured)
  const warn: ModelChangeOptions['warn'] = (message, fields) => log.warn(message, fields)
  const change = await ModelChange.open({ ...options, configured, embedders, openFormer, warn }, grantOwn)
  opened.use(new ReEmbedding({ change, grant, log, halt }))
  return { embedders, change, parts: opened.move() }
}

interface VectorParts extends Pick<Frame, 'loaded' | 'log' | 'health' | 'renewals'> {
  readonly clock: Clock
  readonly newId: () => string
}

/** Hands out the embedders and the change of their model, and gives what works on it in the background. */
export async function openVectors(frame: VectorParts, boot: BootContext): Promise<AsyncDisposable> {
  const { loaded, ...parts } = frame
  await using held = new AsyncDisposableStack()
  const routed = await openRouting(await openEmbedder(loaded.config.embedding), frame, boot)
  const [gate, subject, emergency] = [boot.get(key.GATE), boot.get(key.ADMIN), boot.get(key.EMERGENCY)]
  const asked = { action: 'system.maintain', resource: 'embedding/*', subject } as const
  const opened = await openModelChange({
    store: boot.get(key.STORE),
    configured: routed.embedder,
    findBuiltin: findBuiltinEmbedder,
    grant: () => gate.retried({ ...asked, correlationId: parts.newId() }),
    grantOwn: () => requireGrant(gate.decide({ ...asked, correlationId: parts.newId(), ownWork: true })),
    ...{ clock: parts.clock, newId: parts.newId, log: parts.log },
    halt: () => emergency.signal,
  })
  boot.provide(key.EMBEDDERS, opened.embedders)
  boot.provide(key.MODEL_CHANGE, opened.change)
  held.use(opened.parts)
  // Closed first: nothing is measured any more when the providers go.
  held.use(routed.watch)
  return held.move()
}
