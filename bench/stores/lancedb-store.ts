import { EngineStore } from './engine-store.ts'

/** LanceDB in a process of its own. */
export const openLanceStore = (packages: string, folder: string): EngineStore =>
  new EngineStore({
    kind: 'lancedb',
    name: 'LanceDB',
    setup: '@lancedb/lancedb 0.39.0, flat vectors, its word index and fusion of ranks, behind a small HTTP server',
    packages,
    open: async () => ({ place: folder, close: async () => undefined }),
  })
