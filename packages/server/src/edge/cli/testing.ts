import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { PassThrough, Writable } from 'node:stream'
import type { Capsule } from '@forge-cascade/contract'
import { createPublishedReader, publishToFolder } from '../../adapters/files/published-folder.ts'
import { lintMesh } from '../../compose-mesh.ts'
import { policies } from '../../compose-policies.ts'
import type { CliIo, StopSignal } from './cli-io.ts'
import { createPainter, type View } from './render/view.ts'
import { runCli } from './run-cli.ts'

/** A view as a pipe has it: 80 columns, no colours, a fixed clock. */
export const PLAIN_VIEW: View = {
  paint: createPainter(false),
  coloured: false,
  width: 80,
  now: Date.parse('2026-03-13T21:00:00.000Z'),
  command: (rest) => `./cascade ${rest}`,
}

export const COLOURED_VIEW: View = { ...PLAIN_VIEW, paint: createPainter(true), coloured: true }

class Sink extends Writable {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor(isTTY: boolean, columns: number) {
    super()
    this.columns = columns
    this.isTTY = isTTY
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8')
    done()
  }
}

export interface RunOptions {
  readonly env?: CliIo['env']
  readonly terminal?: boolean
  readonly stdin?: string
  /** Columns of the terminal; 80 when left out. */
  readonly columns?: number
  readonly io?: Partial<CliIo>
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process; whatever needs an instance of its own fails with what `io` says. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, terminal = false, stdin = '', columns = 80, io = {} } = options
  const [stdout, stderr] = [new Sink(terminal, columns), new Sink(terminal, columns)]
  const input = Object.assign(new PassThrough(), { isTTY: terminal })
  input.end(stdin)
  const code = await runCli(argv, {
    stdin: input,
    stdout,
    stderr,
    env,
    cwd: '/nowhere',
    commandName: './cascade',
    selfCommand: { command: '/opt/cascade/cascade', args: [] },
    version: '0.1.0',
    samplesDir: null,
    runtime: { node: '24.0.0', sqlite: '3.99.0', platform: 'linux' },
    clock: Date.now,
    random: (into) => into.fill(7),
    uptimeS: () => 0.5,
    onSignal: () => ({ [Symbol.dispose]: () => undefined }),
    onReload: () => ({ [Symbol.dispose]: () => undefined }),
    exitNow: () => undefined,
    startInstance: async () => Promise.reject(new Error('no instance may be started here')),
    detectKind: async () => 'folder',
    describeEmbedder: async () => ({ model: 'builtin-1', dimensions: 384, runtime: null }),
    restoreBackup: async () => Promise.reject(new Error('nothing may be restored here')),
    restorePoint: async () => Promise.reject(new Error('nothing may be restored here')),
    restoreAsIs: async () => Promise.reject(new Error('nothing may be restored here')),
    mendPolicies: async () => Promise.reject(new Error('nothing may be mended here')),
    publishLog: publishToFolder,
    openPublished: async (directory) => createPublishedReader(directory),
    ...policies,
    lintMesh,
    listRestorable: async () => ({ points: [], backups: [] }),
    ...io,
  })
  return { code, out: stdout.text, err: stderr.text }
}

/** A source of signals to press Ctrl-C with. */
export function createSignals(): Pick<CliIo, 'onSignal'> & { readonly send: (signal: StopSignal) => void } {
  const listeners = new Set<(signal: StopSignal) => void>()
  return {
    onSignal: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    send: (signal) => {
      for (const listener of listeners) listener(signal)
    },
  }
}

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export type Reply =
  | { readonly status?: number; readonly body?: unknown; readonly text?: string; readonly type?: string }
  | 'hang up'

/** A real HTTP server that answers as the test says, and remembers what it was asked; on a port, or on a socket. */
export async function serve(answer: (request: Received, count: number) => Reply, socket?: string) {
  const received: Received[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const { method = '', url: path = '', headers } = request
    received.push({ method, path, headers, body })
    const reply = answer({ method, path, headers, body }, received.length)
    if (reply === 'hang up') return void request.socket.destroy()
    response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json' })
    response.end(reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body)))
  })
  const where = socket === undefined ? { port: 0, host: '127.0.0.1' } : { path: socket }
  await new Promise<void>((resolve) => server.listen(where, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An answer that is a problem document. */
export const problem = (status: number, code: string, detail: string): Reply => ({
  status,
  body: {
    type: `/errors/${code}`,
    title: 't',
    status,
    detail,
    instance: '/x',
    code,
    correlation_id: 'c-1',
    errors: [],
  },
})

/** A capsule as answers show it. */
export const CAPSULE: Capsule = {
  id: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10',
  version: '1.0.0',
  revision: 1,
  type: 'decision',
  title: 'Embedded store',
  content: 'We chose SQLite for the embedded store because one file is easy to back up.',
  parents: [],
  parent_id: null,
  owner: '01939b3d-0001-7000-8000-4d1f6a2b3c4d',
  owner_name: 'administrator',
  author: '01939b3d-0001-7000-8000-4d1f6a2b3c4d',
  trust: 60,
  trust_level: 'STANDARD',
  effective_trust: 60,
  effective_trust_level: 'STANDARD',
  tags: ['storage', 'adr'],
  category: null,
  licence: 'private',
  licence_terms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  source: { kind: 'person', name: 'Ada' },
  part_of: null,
  embedding_model: 'builtin-1',
  status: 'ACTIVE',
  archived_in: null,
  created_at: '2026-03-01T09:00:00.000Z',
  updated_at: '2026-03-01T09:00:00.000Z',
  valid_from: '2026-03-01T09:00:00.000Z',
  valid_to: null,
}
