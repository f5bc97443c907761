import type { Clock } from '#base'
import { cacheEmbeddings, type Embedder, Embedders, ModelChange } from '#capsules'
import type { Config } from '#config'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { findBuiltinEmbedder, openOpenAiEmbedder, openStaticEmbedder } from './adapters/models/index.ts'
import type { Store } from './domain/store.ts'

/** The embedder that the configuration asks for. */
export function chooseEmbedder(settings: Config['embedding']): Embedder | Promise<Embedder> {
  const { provider, model, url, api_key, dimensions, batch_max, timeout_ms } = settings
  if (provider === 'builtin' || model === undefined) return openStaticEmbedder()
  const options = { baseUrl: url, model, apiKey: api_key, dimensions, batchMax: batch_max, timeoutMs: timeout_ms }
  return openOpenAiEmbedder(options)
}

export interface ModelChangeParts {
  readonly embedders: Embedders
  readonly change: ModelChange
  /** Embedders that were opened for a model which is not configured any more. */
  readonly formers: AsyncDisposable
}

/** The embedders that count, and the change of the model where the configured one is not that of the vectors. */
export async function openModelChange(
  parts: {
    readonly store: Store
    readonly configured: Embedder
    readonly clock: Clock
    readonly newId: () => string
    readonly log: RootLogger
  },
  grant: () => Grant<'system.maintain'>,
): Promise<ModelChangeParts> {
  const { log, ...rest } = parts
  const formers = new AsyncDisposableStack()
  const openFormer = (model: string): Embedder | undefined => {
    const found = findBuiltinEmbedder(model)
    return found && formers.use(cacheEmbeddings(found))
  }
  const embedders = new Embedders(parts.configured)
  const warn = (message: string, fields: Readonly<Record<string, unknown>>): void => log.warn(message, fields)
  const change = await ModelChange.open({ ...rest, embedders, openFormer, warn }, grant)
  return { embedders, change, formers }
}
