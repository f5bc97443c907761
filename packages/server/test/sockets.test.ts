import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCascade } from './cascade-command.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'
import { canListSockets, openSockets } from './sockets/open-sockets.ts'

const TEST_MS_MAX = 120_000
const LOOK_MS = 20
const HOOK = pathToFileURL(join(import.meta.dirname, 'sockets/watch-sockets.ts')).href

const root = mkdtempSync(join(tmpdir(), 'cascade-sockets-'))
const notes = join(root, 'notes')
const nodeOptions = process.env.NODE_OPTIONS

beforeAll(() => {
  mkdirSync(notes)
  writeFileSync(join(notes, 'a.md'), '# Herons\n\nHerons stand on one leg. See https://example.org/herons for more.\n')
  writeFileSync(join(notes, 'b.html'), '<img src="https://example.org/x.png"><p>Storks clatter with their bills.</p>')
  process.env.NODE_OPTIONS = `${nodeOptions ?? ''} --import=${HOOK}`
})
afterAll(() => {
  if (nodeOptions === undefined) delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = nodeOptions
  delete process.env.SOCKET_WATCH_FILE
  rmSync(root, { recursive: true, force: true })
})

interface WayOut {
  readonly kind: string
  readonly to: { readonly path?: string; readonly host?: string; readonly port?: number | string } | string
}

/** What the processes of a run noted, in order. */
function startNotes(name: string): () => readonly WayOut[] {
  const file = join(root, `${name}.ndjson`)
  writeFileSync(file, '')
  process.env.SOCKET_WATCH_FILE = file
  // The lines are those that watch-sockets.ts writes.
  return () =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WayOut)
}

/** Looks at the sockets of a process all the while; gives those that are neither the listening one nor its clients'. */
function watchProcess(pid: number, port: number): { stop(): { strangers: readonly string[]; looks: number } } {
  const strangers = new Set<string>()
  let looks = 0
  const look = (): void => {
    looks += 1
    for (const { protocol, localPort, remote } of openSockets(pid))
      if (localPort !== port) strangers.add(`${protocol} ${localPort} → ${remote}`)
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return { strangers: [...strangers], looks }
    },
  }
}

/** Everything that a person does with an instance, through the command line; each has to work. */
async function useAll(data: string): Promise<void> {
  const commands = [
    ['import', notes],
    ['remember', 'Cranes dance.'],
    ['search', 'herons'],
    ['ask', 'What do storks do?'],
    ['doctor'],
    ['backup', join(root, `${data.replaceAll('/', '_')}.backup`)],
    ['export', join(root, `${data.replaceAll('/', '_')}.export`)],
  ]
  for (const command of commands) {
    const { code, stderr } = await runCascade(...command, '--data', data)
    expect(code, `${command[0]}: ${stderr}`).toBe(0)
  }
}

const portOf = (url: string): number => Number(new URL(url).port)

test('an instance and its command line open no socket but the one they serve, from start to restore', {
  timeout: TEST_MS_MAX,
}, async ({ annotate }) => {
  const wayOuts = startNotes('plain')
  const data = join(root, 'plain')
  await using server = new ServerProcess({ dataDir: data })
  const address = await server.ready()
  // The look itself works: it sees the socket that is there.
  if (canListSockets())
    expect(openSockets(server.pid)).toContainEqual(
      expect.objectContaining({ protocol: 'tcp', localPort: portOf(address.url), isListening: true }),
    )
  const watch = watchProcess(server.pid, portOf(address.url))
  await useAll(data)
  for (const path of [
    '/health/ready',
    '/metrics',
    '/v2/openapi.json',
    '/reference',
    '/v2/system/health',
    '/v2/capsules',
  ]) {
    const answer = await fetch(`${address.url}${path}`, { headers: { authorization: `Bearer ${address.token}` } })
    expect([path, answer.status, (await answer.text()).length > 0]).toEqual([path, 200, true])
  }
  const { strangers, looks } = watch.stop()
  expect(await server.stop()).toBe(0)
  const restored = await runCascade(
    'restore',
    join(root, `${data.replaceAll('/', '_')}.backup`),
    '--data',
    join(root, 'again'),
    '--yes',
  )
  expect(restored.code, restored.stderr).toBe(0)

  const noted = wayOuts()
  expect(noted.filter(({ kind }) => kind === 'watched').length).toBeGreaterThan(8)
  const tried = noted.filter(({ kind }) => kind !== 'watched')
  // The clients of the command line reach the instance through the socket in its folder.
  expect(tried.length).toBeGreaterThan(0)
  expect(
    tried.filter(({ kind, to }) => kind !== 'connect' || typeof to === 'string' || !to.path?.endsWith('/socket')),
  ).toEqual([])
  if (canListSockets()) {
    expect(strangers).toEqual([])
    expect(looks).toBeGreaterThan(10)
  } else await annotate('the kernel lists no sockets here (no /proc): what Node itself was asked for was watched alone')
})

test('with an embedding endpoint that host is the only one', { timeout: TEST_MS_MAX }, async () => {
  let asked = 0
  const provider = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    asked += 1
    const { input } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const data = [input].flat().map((text: string, index: number) => ({ index, embedding: [1, text.length, 3, 4] }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address of this kind.
  const { port } = provider.address() as AddressInfo
  const wayOuts = startNotes('endpoint')
  const data = join(root, 'endpoint')
  const env = {
    CASCADE_EMBEDDING_PROVIDER: 'openai',
    CASCADE_EMBEDDING_MODEL: 'test',
    CASCADE_EMBEDDING_URL: `http://127.0.0.1:${port}/v1`,
  }
  {
    await using server = new ServerProcess({ dataDir: data, env })
    const address = await server.ready()
    using caller = new HttpCaller(address)
    const written = await caller.call('POST', '/v2/capsules', { content: 'Cranes dance.', type: 'knowledge' })
    expect(written.status).toBe(201)
    expect((await caller.call('GET', '/v2/capsules/search?q=cranes')).status).toBe(200)
    expect(await server.stop()).toBe(0)
  }
  provider.close()
  expect(asked).toBeGreaterThan(0)
  const outside = wayOuts().filter(
    ({ kind, to }) => kind !== 'watched' && (typeof to === 'string' || to.path === undefined),
  )
  expect(outside.length).toBeGreaterThan(0)
  expect(
    new Set(outside.map(({ kind, to }) => `${kind} ${typeof to === 'string' ? to : `${to.host}:${to.port}`}`)),
  ).toEqual(new Set([`connect 127.0.0.1:${port}`]))
})
