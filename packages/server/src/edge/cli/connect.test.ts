import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemRandom } from '#base'
import { loadConfig } from '#config'
import { DataFolder } from '#data-folder'
import { openTokenFile } from '../../adapters/files/token-file.ts'
import { acquireFolderLock } from '../../adapters/sqlite/folder-lock.ts'
import { prepareCall } from './api.ts'
import { connectLocal } from './connect.ts'
import type { StartInstance } from './local-instance.ts'
import { Session } from './session.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'cascade-connect-'))
const configOf = (directory: string) => loadConfig({ flags: { data: directory }, env: {}, cwd: directory })
const now = { clock: Date.now }

/** An instance with a real lock, a real socket and a real token, which answers everything with one capsule count. */
const startInstance: StartInstance = async ({ config }) => {
  const folder = DataFolder.open(config.data.dir, acquireFolderLock)
  const { token, path } = openTokenFile(folder.directory, systemRandom)
  const server = createServer((request, response) => {
    const allowed = request.url === '/health/live' || request.headers.authorization === `Bearer ${token}`
    response.writeHead(allowed ? 200 : 500, { 'content-type': 'application/json' }).end(JSON.stringify(STATS))
  })
  await new Promise<void>((resolve) => server.listen(folder.socket, resolve))
  folder.announce(new Date().toISOString(), null)
  const ended = Promise.withResolvers<void>()
  return {
    socket: folder.socket,
    token,
    tokenFile: path,
    url: null,
    boot: { status: 'ready', started_at: '', took_ms: 0, chunks: [] },
    stopped: ended.promise,
    reload: () => undefined,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      folder[Symbol.dispose]()
      ended.resolve()
    },
  }
}

const STATS = {
  capsules: 1,
  chunks: 0,
  versions: 1,
  content_bytes: 1,
  by_status: {},
  by_type: {},
  by_embedding_model: {},
  by_trust_level: {},
  bytes: { by_status: {}, by_type: {}, by_embedding_model: {}, by_trust_level: {} },
  scopes: 0,
  by_scope: [],
  lineage: { derived: 0, depth_mean: 0, depth_max: 0 },
  sequence: 1,
}

/** Starts instances and remembers them. */
function createStarter() {
  const started: Awaited<ReturnType<StartInstance>>[] = []
  const start: StartInstance = async (loaded, options) => {
    const instance = await startInstance(loaded, options)
    started.push(instance)
    return instance
  }
  return { start, started }
}

test('of commands that start at once one owns the folder and the others are its clients', async () => {
  const loaded = configOf(newFolder())
  const { start, started } = createStarter()
  const connections = await Promise.all(Array.from({ length: 8 }, () => connectLocal(loaded, start, now)))
  expect(connections.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('client'), 'owner'])
  for (const { client } of connections) expect((await client.request('GET', '/v2/capsules/stats')).body).toEqual(STATS)
  await started[0]?.stop('done')
})

test('a token that is named is spoken with instead of that of the folder, by owners and by clients', async () => {
  const loaded = configOf(newFolder())
  const { start, started } = createStarter()
  const connect = (token?: string) => connectLocal(loaded, start, { ...now, token })
  const connections = [await connect('fc_of_an_agent'), await connect('fc_of_an_agent'), await connect()]
  expect(connections.map(({ kind }) => kind)).toEqual(['owner', 'client', 'client'])
  const asked = await Promise.allSettled(connections.map(({ client }) => client.request('GET', '/v2/capsules/stats')))
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  await started[0]?.stop('done')
})

test('when the owner leaves, its client becomes the owner and the call is made again', async () => {
  const loaded = configOf(newFolder())
  const { start, started } = createStarter()
  const owner = await startInstance(loaded, { listen: 'socket', log: 'none', answers: true })
  const session = await Session.open(() => connectLocal(loaded, start, now), systemRandom, new AbortController().signal)
  expect(session.kind).toBe('client')
  await owner.stop('it is done')
  expect(await session.ask('capsuleStats')).toEqual(STATS)
  expect(session.kind).toBe('owner')
  await started[0]?.stop('done')
})

test('a call that may have counted is not made again', async () => {
  const loaded = configOf(newFolder())
  const { start, started } = createStarter()
  const owner = await startInstance(loaded, { listen: 'socket', log: 'none', answers: true })
  const session = await Session.open(() => connectLocal(loaded, start, now), systemRandom, new AbortController().signal)
  await owner.stop('it is done')
  await expect(session.ask('createBackup', { body: {} })).rejects.toMatchObject({
    code: 'OUTCOME_UNKNOWN',
  })
  await started[0]?.stop('done')
})

test.for([
  ['getCapsule', true],
  ['ask', true],
  ['createCapsule', true],
  ['startImport', true],
  ['createBackup', false],
  ['archiveCapsule', true],
] as const)('%s may be sent again: %s', ([id, repeatable]) => {
  expect(prepareCall(id, {}, systemRandom).repeatable).toBe(repeatable)
})

test('whoever holds the folder without answering is waited for, and then named', async () => {
  const directory = newFolder()
  using _folder = DataFolder.open(directory, acquireFolderLock)
  const connecting = connectLocal(configOf(directory), startInstance, { ...now, waitMsMax: 50 })
  await expect(connecting).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' })
})

test('an owner file of a process that is gone is no owner', async () => {
  const directory = newFolder()
  const gone = { pid: 1, socket: join(directory, 'socket'), started_at: '2026-01-01T00:00:00.000Z', url: null }
  writeFileSync(join(directory, 'owner.json'), JSON.stringify(gone))
  const { start, started } = createStarter()
  const { kind } = await connectLocal(configOf(directory), start, now)
  expect(kind).toBe('owner')
  expect(JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid })
  await started[0]?.stop('done')
})
