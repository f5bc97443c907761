import { cacheEmbeddings, type Embedder, Embedders, ModelChange, type ModelChangeOptions } from '#capsules'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { ReEmbedding } from './edge/jobs/index.ts'

export interface VectorOptions extends Pick<ModelChangeOptions, 'store' | 'configured' | 'clock' | 'newId'> {
  /** The embedder of a model that this program brings along. */
  readonly findBuiltin: (model: string) => Embedder | undefined
  /** The gate's word for each step that is done in the background. */
  readonly grant: () => Grant<'system.maintain'>
  readonly log: RootLogger
}

export interface Vectors {
  readonly embedders: Embedders
  readonly change: ModelChange
  /** What works in the background, and embedders of a model that is not configured any more. */
  readonly parts: AsyncDisposable
}

/** The embedders that count, and the change of the model where the configured one is not that of the vectors. */
export async function openModelChange({ findBuiltin, grant, log, ...options }: VectorOptions): Promise<Vectors> {
  await using opened = new AsyncDisposableStack()
  const configured = opened.use(cacheEmbeddings(options.configured))
  const openFormer = (model: string): Embedder | undefined => {
    const found = findBuiltin(model)
    return found && opened.use(cacheEmbeddings(found))
  }
  const embedders = new Embedders(configured)
  const warn: ModelChangeOptions['warn'] = (message, fields) => log.warn(message, fields)
  const change = await ModelChange.open({ ...options, configured, embedders, openFormer, warn }, grant)
  opened.use(new ReEmbedding({ change, grant, log }))
  return { embedders, change, parts: opened.move() }
}
