// An engine behind the smallest HTTP server: `engine-process.ts <postgres|lancedb> <folder of packages> <folder or address>`.
// Prints its port. POST /add (a list), /index, /search.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Engine, EngineDocument, EngineQuestion } from './engine.ts'
import { openLance } from './lancedb-engine.ts'
import { openPostgres } from './postgres-engine.ts'

const OPEN: Readonly<Record<string, (packages: string, place: string) => Promise<Engine>>> = {
  postgres: openPostgres,
  lancedb: openLance,
}
const [kind = '', packages = '', place = ''] = process.argv.slice(2)
const open = OPEN[kind]
if (!open) throw new Error(`there is no engine ${JSON.stringify(kind)}: ${Object.keys(OPEN).join(', ')}`)
const engine = await open(packages, place)

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  void answer(request).then(
    (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
server.listen(0, '127.0.0.1', () => {
  // A TCP server's address is of this kind.
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void engine.close().then(() => process.exit(0))
})

async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  // Only this folder's own client sends requests; the members are those of engine.ts.
  if (request.url === '/search') return { hits: await engine.search(JSON.parse(text) as EngineQuestion) }
  if (request.url === '/add') return engine.add(JSON.parse(text) as EngineDocument[]).then(() => ({}))
  if (request.url === '/index') return engine.index().then(() => ({}))
  throw new Error(`nothing is at ${request.url}`)
}
