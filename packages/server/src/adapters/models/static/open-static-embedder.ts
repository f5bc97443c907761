import type { Embedder } from '../../../domain/capsules/embedding/index.ts'
import { openWorkerEmbedder, type WorkerEmbedderOptions } from '../worker-embedder.ts'
import { createStaticEmbedder } from './static-embedder.ts'
import { STATIC_DIMENSIONS, STATIC_MODEL, sharedStaticTable } from './static-table.ts'

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./static-embedder-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** The built-in embedder, batches on a worker thread and short queries here; both use one table in shared memory. */
export function openStaticEmbedder(options: WorkerEmbedderOptions = {}): Embedder {
  const parts = {
    name: 'the built-in embedder',
    model: STATIC_MODEL,
    dimensions: STATIC_DIMENSIONS,
    sees: 'words' as const,
    inline: createStaticEmbedder(sharedStaticTable),
    entry: ENTRY,
    workerData: () => sharedStaticTable().bytes,
  }
  return openWorkerEmbedder({ ...parts, ...options })
}
