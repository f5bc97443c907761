import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { diagnosis } from '@forge-cascade/contract'
import { beforeAll, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { PROGRAM } from '../../../../test/program.ts'
import { describeEmbedder } from '../../../adapters/models/describe-embedder.ts'
import { problem, type Reply, run, serve } from '../testing.ts'
import { checkFolder } from './folder-checks.ts'
import { checkRuntime } from './runtime-checks.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-doctor-'))
  chmodSync(folder, 0o700)
  return folder
}

/** No store is opened here. */
const startInstance = () => Promise.reject(new CascadeError('UNAVAILABLE', 'Not in this test.'))

/** Ends in time without a store: what the doctor says of the machine is what is looked at here. */
const doctor = async (
  directory: string,
  env: Readonly<Record<string, string>> = {},
  argv: readonly string[] = [],
  now = Date.now(),
) => {
  const { code, out } = await run(['doctor', '--json', '--data', directory, ...argv], {
    env: { CASCADE_PORT: '0', ...env },
    io: { clock: () => now, startInstance, describeEmbedder: async (folder) => describeEmbedder(folder) },
  })
  const { findings } = diagnosis.parse(JSON.parse(out))
  const find = (check: string) => findings.find((finding) => finding.check === check)
  return { code, findings, find }
}

/** The program in a process of its own, with a real store. */
function cascade(
  cwd: string,
  argv: readonly string[],
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ readonly code: number | null; readonly out: string }> {
  const env = { PATH: process.env.PATH, HOME: cwd, CASCADE_PORT: '0' }
  const child = spawn(process.execPath, [...PROGRAM, ...argv], { cwd, env, ...user })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })))
}

/** Everything that is not fine says what to do, and a warning what it means. */
const explained = { fix: expect.stringMatching(/\S{3}/) }

test.for([
  { node: '24.0.0', sqlite: '3.51.3', bad: [] },
  { node: '23.9.9', sqlite: '3.51.2', bad: ['Node', 'SQLite'] },
  { node: '26.1.0', sqlite: undefined, bad: ['SQLite'] },
  { node: '24.21.0', sqlite: '4.0.0', bad: [] },
])('Node $node with SQLite $sqlite: $bad', ({ node, sqlite, bad }) => {
  const found = checkRuntime({ runtime: { node, sqlite, platform: 'linux' } })
  expect(found.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual(bad)
})

test('a folder and a token that others can read are problems, with the command that mends each', async () => {
  const directory = newFolder()
  writeFileSync(join(directory, 'token'), 'x'.repeat(40), { mode: 0o644 })
  chmodSync(directory, 0o755)
  const { code, find } = await doctor(directory)
  expect(code).toBe(1)
  expect(find('data folder permissions')?.fix).toContain(`chmod 700 ${directory}`)
  expect(find('token permissions')?.fix).toContain(`chmod 600 ${directory}/token`)
})

test('a folder that is not there is no fault, and doctor does not make it', async () => {
  const directory = join(newFolder(), 'none', 'yet')
  const { code, find } = await doctor(directory)
  expect(code).toBe(0)
  expect(find('data folder')).toMatchObject({ ok: true, detail: expect.stringContaining('not there yet') })
  expect(existsSync(directory)).toBe(false)
})

test('a folder without a store stays as it is, and none is made in it', async () => {
  const directory = newFolder()
  const { code, find } = await doctor(directory)
  expect(code).toBe(0)
  expect(find('store')).toMatchObject({ severity: 'fine', detail: 'nothing was stored here yet' })
  expect(readdirSync(directory)).toEqual([])
})

test('a file in the place of the folder is a problem, and no store is looked for in it', async () => {
  const path = join(newFolder(), 'file')
  writeFileSync(path, '')
  const { code, find } = await doctor(path)
  expect(code).toBe(1)
  expect(find('data folder')).toMatchObject({ severity: 'problem', ...explained })
  expect(find('store')).toMatchObject({ severity: 'warning', detail: expect.stringContaining('(data folder)') })
})

test.skipIf(!isRoot)('the folder of another user is a warning (needs root to make one)', async () => {
  const directory = newFolder()
  chownSync(directory, 1234, 1234)
  expect((await doctor(directory)).find('user')).toMatchObject({
    severity: 'warning',
    detail: expect.stringContaining('belongs to user 1234'),
    ...explained,
  })
})

test.skipIf(isRoot)('a folder that may not be written is a problem (root may write everywhere)', async () => {
  const directory = newFolder()
  chmodSync(directory, 0o500)
  expect((await doctor(directory)).find('access')).toMatchObject({ severity: 'problem', ...explained })
})

/** The findings about a folder, as a user makes them who has no right to it. */
async function doctorOfAnother(directory: string, ...argv: string[]) {
  const user = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  const { code, out } = await cascade('/', ['doctor', '--json', '--data', directory, ...argv], user)
  const { findings } = diagnosis.parse(JSON.parse(out))
  return { code, find: (check: string) => findings.find((finding) => finding.check === check) }
}

test.skipIf(!isLinux)('a folder that cannot be read is a problem of access, and the rest is looked at', async () => {
  const closed = newFolder()
  mkdirSync(join(closed, 'below'), { mode: 0o700 })
  writeFileSync(join(closed, 'cascade.db'), '')
  const readable = mkdtempSync(join(tmpdir(), 'cascade-config-'))
  chmodSync(readable, 0o755)
  writeFileSync(join(readable, 'c.yml'), 'server:\n  port: 0\n', { mode: 0o644 })
  // Root hands it to nobody; anybody else takes it from himself.
  chmodSync(closed, isRoot ? 0o700 : 0)
  const [itself, below, configured] = await Promise.all([
    doctorOfAnother(closed),
    doctorOfAnother(join(closed, 'below')),
    doctorOfAnother(closed, '--config', join(readable, 'c.yml')),
  ])
  chmodSync(closed, 0o700)
  for (const { code, find } of [itself, below, configured]) {
    expect(code).toBe(1)
    expect(find('access')).toMatchObject({ severity: 'problem', ...explained })
    expect(find('disk')).toMatchObject({ severity: 'fine' })
    expect(find('store')).toMatchObject({ severity: 'warning', detail: expect.stringContaining('(access)') })
  }
  expect(itself.find('configuration')?.fix).toContain('access to the data folder first')
  expect(configured.find('configuration')).toMatchObject({ severity: 'fine' })
})

test.for([
  { type: 0x6969, name: 'NFS' },
  { type: 0xff534d42 | 0, name: 'CIFS' },
  { type: 0x65735546, name: 'FUSE' },
])('a folder on $name is a warning on Linux', async ({ type, name }) => {
  const directory = newFolder()
  const found = await checkFolder(directory, {
    platform: 'linux',
    userId: undefined,
    readFileSystem: async (path) => ({ ...statfsSync(path), type }),
  })
  expect(found).toContainEqual(expect.objectContaining({ check: 'file system', severity: 'warning', ...explained }))
  expect(found.find(({ check }) => check === 'file system')?.detail).toContain(name)
})

test('little room is a problem', async () => {
  const found = await checkFolder(newFolder(), {
    platform: 'linux',
    userId: undefined,
    readFileSystem: async () => ({ bavail: 1000, bsize: 4096, type: 0 }),
  })
  expect(found).toContainEqual(expect.objectContaining({ check: 'disk', severity: 'problem', ...explained }))
})

test('a long write-ahead log is a warning that forbids to delete it', async () => {
  const directory = newFolder()
  writeFileSync(join(directory, 'cascade.db-wal'), '')
  truncateSync(join(directory, 'cascade.db-wal'), 100 * 1024 * 1024)
  const found = (await doctor(directory)).find('write-ahead log')
  expect(found).toMatchObject({ severity: 'warning', detail: '100.0 MiB in cascade.db-wal' })
  expect(found?.fix).toContain('Never delete')
})

test('an owner that left without a word is explained, and no fault', async () => {
  const directory = newFolder()
  const socket = join(directory, 'socket')
  writeFileSync(
    join(directory, 'owner.json'),
    JSON.stringify({ pid: 2 ** 22 + 1, socket, started_at: '2026-03-01T09:00:00.000Z', url: null }),
  )
  const found = (await doctor(directory)).find('owner')
  expect(found).toMatchObject({ severity: 'fine' })
  expect(found?.detail).toMatch(/process 4194305 left without a word.*never delete it/)
})

test('a port that is taken is a warning that names the program', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { find } = await doctor(join(newFolder(), 'x'), { CASCADE_PORT: String(port) })
  await new Promise((resolve) => taken.close(resolve))
  const who = isLinux ? `process ${process.pid} (` : 'another program'
  expect(find('port')).toMatchObject({ severity: 'warning', detail: expect.stringContaining(who), ...explained })
})

test('an address of another machine is a problem', async () => {
  const env = { CASCADE_HOST: '192.0.2.1', CASCADE_PORT: '9000', CASCADE_SERVER_BEHIND_PROXY: 'true' }
  const { code, find } = await doctor(join(newFolder(), 'x'), env)
  expect(code).toBe(1)
  expect(find('port')?.detail).toContain('no address of this machine')
})

test.for([
  { name: 'before this program was written', now: 0, severity: 'problem' },
  { name: 'behind the newest file', now: Date.parse('2026-06-01T00:00:00Z'), severity: 'warning' },
  { name: 'right', now: Date.parse('2026-06-02T00:00:00Z'), severity: 'fine' },
])('a clock $name is $severity', async ({ now, severity }) => {
  const directory = newFolder()
  writeFileSync(join(directory, 'cascade.db-wal'), '')
  const written = new Date('2026-06-02T00:00:00Z')
  utimesSync(join(directory, 'cascade.db-wal'), written, written)
  expect((await doctor(directory, {}, [], now)).find('clock')).toMatchObject({ severity })
})

test.for([
  { zone: 'Europe/Berlin', severity: 'fine' },
  { zone: ':UTC', severity: 'fine' },
  { zone: ':/etc/localtime', severity: 'fine' },
  { zone: 'CET-1CEST,M3.5.0,M10.5.0/3', severity: 'fine' },
  { zone: '<+03>-3', severity: 'fine' },
  { zone: 'posix/Europe/Berlin', severity: 'fine' },
  { zone: ':Europe/Berlln', severity: 'warning' },
  { zone: 'Middle-earth/Shire', severity: 'warning' },
])('the time zone $zone is $severity', async ({ zone, severity }) => {
  expect((await doctor(join(newFolder(), 'x'), { TZ: zone })).find('time zone')).toMatchObject({ severity })
})

test('a wrong configuration is a finding with its place, and the folder that is named is looked at all the same', async () => {
  const { code, find } = await doctor(newFolder(), { CASCADE_PORT: 'eighty' })
  expect(code).toBe(1)
  expect(find('configuration')).toMatchObject({ severity: 'problem', detail: expect.stringContaining('CASCADE_PORT') })
  expect(find('store')).toMatchObject({ severity: 'warning', detail: expect.stringContaining('(configuration)') })
  expect(find('access')).toMatchObject({ severity: 'fine' })
})

test('a file with a secret that others can read is a problem, one without is none', async () => {
  const file = join(newFolder(), "it's c.yml")
  const ask = async () => {
    const { find } = await doctor(join(newFolder(), 'x'), {}, ['--config', file])
    expect(find('configuration')).toMatchObject({ severity: 'fine' })
    return find('configuration permissions')
  }
  writeFileSync(file, 'server:\n  port: 0\n', { mode: 0o644 })
  expect(await ask()).toBeUndefined()
  writeFileSync(file, 'server:\n  port: 0\nembedding:\n  api_key: hidden\n')
  const quoted = `chmod 600 '${file.replace("'", "'\\''")}'`
  expect(await ask()).toMatchObject({ severity: 'problem', fix: expect.stringContaining(quoted) })
  chmodSync(file, 0o600)
  expect(await ask()).toBeUndefined()
})

const askEmbedding = async (url: string) => {
  const env = {
    CASCADE_EMBEDDING_PROVIDER: 'openai',
    CASCADE_EMBEDDING_MODEL: 'm',
    CASCADE_EMBEDDING_URL: url,
    CASCADE_EMBEDDING_API_KEY: 'sk-secret',
  }
  return (await doctor(join(newFolder(), 'x'), env)).find('embedding')
}

test.for<{ name: string; reply: Reply | undefined; severity: string; says: string }>([
  { name: 'is down', reply: undefined, severity: 'problem', says: 'does not answer: ECONNREFUSED' },
  { name: 'hangs up', reply: 'hang up', severity: 'problem', says: 'does not answer: ' },
  { name: 'refuses the key', reply: { status: 401, body: {} }, severity: 'problem', says: 'refuses the key (401)' },
  { name: 'lists no models', reply: { status: 404, body: {} }, severity: 'warning', says: 'no list of models (404)' },
  { name: 'is asked too often', reply: { status: 429, body: {} }, severity: 'warning', says: '(429)' },
  { name: 'is broken', reply: { status: 500, text: '<html>' }, severity: 'problem', says: 'the status 500' },
  { name: 'leads elsewhere', reply: { status: 302, body: {} }, severity: 'problem', says: 'the status 302' },
  {
    name: 'is a page',
    reply: { text: '<html>', type: 'text/html' },
    severity: 'problem',
    says: 'something else than JSON',
  },
  { name: 'answers', reply: { body: {} }, severity: 'fine', says: 'answers; the model is m' },
])('an embedding address that $name: $severity', async ({ reply, severity, says }) => {
  await using server = await serve(() => reply ?? {})
  const found = await askEmbedding(`${reply === undefined ? 'http://127.0.0.1:2' : server.url}/v1/`)
  expect(found).toMatchObject({ severity, detail: expect.stringContaining(says) })
  if (severity !== 'fine') expect(found).toMatchObject(explained)
  expect(JSON.stringify(found)).not.toContain('sk-secret')
  if (reply !== undefined) expect(server.received[0]?.path).toBe('/v1/models')
})

test('the built-in embedder is told by its name', async () => {
  const found = (await doctor(join(newFolder(), 'x'))).find('embedding')
  expect(found).toMatchObject({
    severity: 'fine',
    detail: 'forge-static-minilm@1, 256 numbers a text, built in; no address is asked',
  })
})

test('a folder without a model is a problem that says what to do', async () => {
  const folder = newFolder()
  const env = { CASCADE_EMBEDDING_PROVIDER: 'onnx', CASCADE_EMBEDDING_FOLDER: folder }
  const found = (await doctor(join(newFolder(), 'x'), env)).find('embedding')
  expect(found).toMatchObject({ severity: 'problem', detail: expect.stringContaining(folder), ...explained })
})

test.for<{ name: string; env: Record<string, string> }>([
  { name: 'a key of two lines', env: { CASCADE_EMBEDDING_API_KEY: 'sk-secret\nhunter2' } },
  { name: 'a password in the address', env: { CASCADE_EMBEDDING_URL: 'http://user:hunter2@127.0.0.1:1/v1' } },
])('$name is refused, and not shown', async ({ env }) => {
  const { code, find, findings } = await doctor(join(newFolder(), 'x'), env)
  expect(code).toBe(1)
  expect(find('configuration')).toMatchObject({ severity: 'problem' })
  expect(JSON.stringify(findings)).not.toMatch(/hunter2|sk-secret/)
})

const home = newFolder()
beforeAll(async () => {
  expect((await cascade(home, ['remember', 'Something to keep.'])).code).toBe(0)
}, 30_000)

test('a folder that a newer program wrote is a problem, not damage', async () => {
  const copy = newFolder()
  mkdirSync(join(copy, 'd'), { mode: 0o700 })
  writeFileSync(join(copy, 'd/cascade.db'), readFileSync(join(home, '.cascade/cascade.db')))
  const database = new DatabaseSync(join(copy, 'd/cascade.db'))
  database.exec('PRAGMA user_version = 9999')
  database.close()
  const { code, out } = await cascade(copy, ['doctor', '--data', 'd'])
  expect(code).toBe(1)
  expect(out).toContain('DATA_FOLDER_NEWER')
  expect(out).toMatch(/fix: .*newer/)
})

test('damage is looked for although others can read a secret, and ends with 7', async () => {
  const copy = newFolder()
  mkdirSync(join(copy, 'd'), { mode: 0o700 })
  const database = join(copy, 'd/cascade.db')
  writeFileSync(database, readFileSync(join(home, '.cascade/cascade.db')))
  writeFileSync(join(copy, 'd/cascade.config.yml'), 'embedding:\n  api_key: hidden\n', { mode: 0o644 })
  damage(database)
  const { code, out } = await cascade(copy, ['doctor', '--data', 'd'])
  expect(out).toContain('fails configuration permissions')
  expect(out).toContain('fails newest version of each capsule')
  expect(out).toContain('restore')
  expect(code).toBe(7)
})

test('a damaged index of words, and tree, end with 7 and say how to mend them; --repair makes them anew, and tells of it', {
  timeout: 60_000,
}, async () => {
  const copy = newFolder()
  mkdirSync(join(copy, 'd'), { mode: 0o700 })
  const path = join(copy, 'd/cascade.db')
  writeFileSync(path, readFileSync(join(home, '.cascade/cascade.db')))
  const database = new DatabaseSync(path)
  database.exec('DELETE FROM term_streams; INSERT INTO tree_tiles VALUES (16, zeroblob(32))')
  database.close()
  const found = await cascade(copy, ['doctor', '--full', '--data', 'd'])
  expect(found.code).toBe(7)
  expect(found.out).toMatch(/Make a `?backup`?, then run `?doctor --repair/)
  expect(found.out).toContain('fails tree over the log, for proofs: it has 1 tile')
  const repaired = await cascade(copy, ['doctor', '--repair', '--data', 'd'])
  expect(repaired.out).toMatch(/repair: index for search by words: made anew from \d+ version/)
  expect(repaired.out).toMatch(/repair: tree over the log, for proofs: made anew from \d+ entries/)
  expect(repaired.code).toBe(0)
  const again = await cascade(copy, ['doctor', '--repair', '--data', 'd', '--json'])
  const { ok, findings } = diagnosis.parse(JSON.parse(again.out))
  expect([again.code, ok]).toEqual([0, true])
  expect(findings.find(({ check }) => check === 'repair')?.detail).toContain('nothing')
  expect((await cascade(copy, ['search', 'something', '--data', 'd'])).out).toContain('Something to keep.')
})

test('what cannot be repaired is left as it is, and ends with 7', async () => {
  const copy = newFolder()
  mkdirSync(join(copy, 'd'), { mode: 0o700 })
  const path = join(copy, 'd/cascade.db')
  writeFileSync(path, readFileSync(join(home, '.cascade/cascade.db')))
  damage(path)
  const { code, out } = await cascade(copy, ['doctor', '--repair', '--data', 'd'])
  expect(code).toBe(7)
  expect(out).toContain('it was not')
  expect(out).toContain('fails newest version of each capsule')
})

test.skipIf(!isLinux)('keys of backups that others can read, and backups without a key, are told', async () => {
  const folder = newFolder()
  const [keys, backups] = [join(folder, 'keys'), join(folder, 'backups')]
  for (const each of [keys, backups]) mkdirSync(each, { mode: 0o700 })
  expect((await doctor(folder)).find('backup keys')).toMatchObject({ ok: true })
  writeFileSync(join(keys, 'a.keys'), '', { mode: 0o600 })
  writeFileSync(join(backups, 'a.backup'), 'sealed')
  const first = await doctor(folder)
  expect(first.find('backup keys')).toMatchObject({ ok: true, detail: `1 file in ${keys}` })
  expect(first.find('backups')).toMatchObject({ severity: 'warning', ...explained })
  chmodSync(join(keys, 'a.keys'), 0o640)
  expect((await doctor(folder)).find('backup keys')).toMatchObject({ severity: 'problem', ...explained })
  chmodSync(join(keys, 'a.keys'), 0o600)
  chmodSync(keys, 0o755)
  expect((await doctor(folder)).find('backup keys')).toMatchObject({ severity: 'problem', ...explained })
})

test('a shipping target that is away is a problem, with what it leads to', async () => {
  const [folder, target] = [newFolder(), newFolder()]
  const env = { CASCADE_BACKUP_SHIP_DIRECTORY: target }
  expect((await doctor(folder, env)).find('shipping target')).toMatchObject({ ok: true })
  rmSync(target, { recursive: true })
  const { code, find } = await doctor(folder, env)
  expect(find('shipping target')).toMatchObject({ severity: 'problem', means: expect.any(String), ...explained })
  expect(code).toBe(1)
  expect((await doctor(folder)).find('shipping target')).toBeUndefined()
})

function damage(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('UPDATE capsules SET head = head + 1000')
  database.close()
}

test.for([
  { url: 'http://127.0.0.1:1', code: 6 },
  { url: 'ftp://127.0.0.1', code: 2 },
])('at $url nobody can be asked, and it ends with $code as other commands do', async ({ url, code }) => {
  const ran = await run(['doctor', '--url', url])
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' })
})

test('at an address the instance there is asked, and its damage ends with 7', async () => {
  const findings = [{ check: 'heads', ok: false, detail: '1 is missing' }]
  await using server = await serve(() => ({ body: { ok: false, findings } }))
  expect(await run(['doctor', '--url', server.url])).toMatchObject({ code: 7, err: '' })
  await using refusing = await serve(() => problem(403, 'FORBIDDEN', 'no'))
  expect((await run(['doctor', '--url', refusing.url])).code).toBe(4)
})
