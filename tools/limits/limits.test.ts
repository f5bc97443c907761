import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CAPSULE_LIMITS,
  ERRORS,
  EXPORT_LIMITS,
  exportedCapsule,
  exportedVersionFields,
  IMPORT_LIMITS,
  LINEAGE_LIMITS,
  PAGE_LIMITS,
  SEARCH_LIMITS,
} from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { CONVERSION_LIMITS } from '../../packages/server/src/adapters/documents/convert/limits.ts'
import { FileSelection } from '../../packages/server/src/adapters/sources/file-selection.ts'
import { WALK_LIMITS, walkFolder } from '../../packages/server/src/adapters/sources/folder-walk.ts'
import { IgnoreRules, PATTERNS_MAX } from '../../packages/server/src/adapters/sources/ignore-rules.ts'
import { ReaderPool, WAITING_MAX } from '../../packages/server/src/adapters/sqlite/reader-pool.ts'
import { SequenceWatch } from '../../packages/server/src/adapters/sqlite/sequence-watch.ts'
import { createFolders, openTestStore } from '../../packages/server/src/adapters/sqlite/testing.ts'
import { RUNNING_MAX } from '../../packages/server/src/domain/capsules/import/imports.ts'
import { openImportWorld, requestOf } from '../../packages/server/src/domain/capsules/import/testing.ts'
import { HTTP_LIMITS } from '../../packages/server/src/edge/http/limits.ts'
import { openHttpWorld } from '../../packages/server/src/edge/http/testing.ts'
import { codeOf, TEST_COLLECTIONS } from '../../packages/server/src/platform/store/testing.ts'
import { DOORS } from './doors.ts'
import { ELSEWHERE } from './elsewhere.ts'
import { LIMITS, type LimitName } from './index.ts'

const ROOT = join(import.meta.dirname, '../..')
// Object.keys widens the names of the table to string; they are exactly its keys.
const NAMES = Object.keys(LIMITS) as LimitName[]

describe('beyond the limit of', () => {
  test.for(NAMES.flatMap((name) => (DOORS[name] ? [[name, DOORS[name]] as const] : [])))(
    '%s a request fails with the code of the table, and nothing has changed',
    async ([name, { world = {}, exceed }]) => {
      const http = await openHttpWorld(world)
      await http.send('POST', '/v2/capsules', { body: { content: 'One.', type: 'knowledge' } })
      const head = http.world.context.store.head()
      expect({ error: await exceed(http) }).toEqual(LIMITS[name].beyond)
      expect(http.world.context.store.head()).toBe(head)
      await http[Symbol.asyncDispose]()
    },
  )
})

/** What a client gets of a connection before it is closed from the other side. */
async function closedAfter(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = ''
  connect(port, '127.0.0.1')
    .setEncoding('utf8')
    .on('data', (text: string) => (received += text))
    .on('error', () => resolve(received))
    .on('close', () => resolve(received))
  return promise
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const HERE = {
  batchLine: 'a line of a batch that is too long has its problem, and its neighbours are written',
  answerTime: 'an answer that takes too long is given up',
  connections: 'a connection too many is closed at once',
  stillConnection: 'a connection on which nothing moves is closed',
  keptConnection: 'a connection between two requests is closed',
  sequenceWait: 'a sequence that does not come is waited for no longer than the limit',
  importsRunning: 'an import too many is refused and nothing is written',
  importDocument: 'a document that is too large is skipped with the reason',
  importedPath: 'what is beyond the limits of a folder walk is skipped with the reason',
  folderDepth: 'what is beyond the limits of a folder walk is skipped with the reason',
  folderFiles: 'what is beyond the limits of a folder walk is skipped with the reason',
  folderEntries: 'what is beyond the limits of a folder walk is skipped with the reason',
  ignorePatterns: 'of an ignore file the first patterns count',
  ignoreFile: 'an ignore file that is too large is not used',
  readsWaiting: 'a read too many is refused, and those that wait are answered',
  readTime: 'a read that takes too long is ended',
  exportedLabel: 'a capsule of an export with too much of something is none',
  exportedLinks: 'a capsule of an export with too much of something is none',
  exportedPlace: 'a version of an export whose place is too long is none',
  exportedTrust: 'a capsule of an export with too much of something is none',
} as const satisfies Partial<Record<LimitName, string>>

test('every row of the table has its test', () => {
  const covered = (name: LimitName): number =>
    Number(name in DOORS) + Number(name in HERE) + Number(ELSEWHERE[name] !== undefined)
  expect(NAMES.filter((name) => covered(name) !== 1)).toEqual([])
  const own = readFileSync(import.meta.filename, 'utf8')
  expect(Object.values(HERE).filter((title) => !own.includes(`test('${title}'`))).toEqual([])
  for (const [name, { file, title }] of Object.entries(ELSEWHERE)) {
    const path = join(ROOT, 'packages/server', file)
    expect(existsSync(path) && readFileSync(path, 'utf8').includes(title), `${name}: ${file}: ${title}`).toBe(true)
  }
})

test('every code of the table is in the catalogue, and every number is a sound one', () => {
  for (const { beyond, value } of Object.values(LIMITS)) {
    if ('error' in beyond) expect(ERRORS).toHaveProperty(beyond.error)
    expect(Number.isSafeInteger(value) && value > 0).toBe(true)
  }
})

test('a connection too many is closed at once', async () => {
  const http = await openHttpWorld()
  const { server } = http.server.app
  expect(server.maxConnections).toBe(HTTP_LIMITS.connectionsMax)
  server.maxConnections = 1
  const { port } = await http.server.listen()
  const first = connect(port, '127.0.0.1')
  await new Promise((resolve) => first.once('connect', resolve))
  expect(await closedAfter(port)).toBe('')
  first.destroy()
  await http[Symbol.asyncDispose]()
})

test('a connection on which nothing moves is closed', async () => {
  const http = await openHttpWorld()
  const { server } = http.server.app
  expect(server.timeout).toBe(HTTP_LIMITS.idleMs)
  server.timeout = 30
  const { port } = await http.server.listen()
  expect(await closedAfter(port)).toBe('')
  await http[Symbol.asyncDispose]()
})

test('a connection between two requests is closed', async () => {
  const http = await openHttpWorld({ server: { keep_alive_s: 1 } })
  expect(http.server.app.server.keepAliveTimeout).toBe(1000)
  const { url } = await http.server.listen()
  const answer = await fetch(`${url}/health/live`)
  expect(answer.headers.get('keep-alive')).toBe('timeout=1')
  await http[Symbol.asyncDispose]()
})

test('a sequence that does not come is waited for no longer than the limit', async () => {
  const watch = new SequenceWatch()
  expect({ error: await codeOf(() => watch.reached(0)) }).toEqual(LIMITS.sequenceWait.beyond)
  expect(watch.head).toBe(-1)
})

test('an import too many is refused and nothing is written', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  const folders = Array.from({ length: RUNNING_MAX + 1 }, (_, index) => join(root, String(index)))
  for (const folder of folders) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.md'), folder)
  }
  const world = await openImportWorld()
  const started = await Promise.allSettled(folders.map((path) => world.imports.start(world.call(), requestOf(path))))
  const refused = started.flatMap((start) => (start.status === 'rejected' ? [start.reason.code] : []))
  expect(refused.map((error) => ({ error }))).toEqual([LIMITS.importsRunning.beyond])
  const jobs = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value.done] : []))
  expect((await Promise.all(jobs)).map(({ imported }) => imported)).toEqual(folders.slice(1).map(() => 1))
  rmSync(root, { recursive: true })
})

test('a document that is too large is skipped with the reason', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  writeFileSync(join(root, 'a.html'), '')
  truncateSync(join(root, 'a.html'), LIMITS.importDocument.value + 1)
  const world = await openImportWorld()
  const job = await world.run(root)
  expect(await world.files(job)).toMatchObject([{ state: 'skipped', reason: expect.stringContaining('at most') }])
  rmSync(root, { recursive: true })
})

test('what is beyond the limits of a folder walk is skipped with the reason', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  const reasonsOf = async (limits: Partial<typeof WALK_LIMITS> | Record<string, number>): Promise<string[]> => {
    const walk = walkFolder(root, new FileSelection({}), new AbortController().signal, { ...WALK_LIMITS, ...limits })
    return (await all(walk)).flatMap((found) => ('reason' in found ? [found.reason] : []))
  }
  mkdirSync(join(root, 'a/b'), { recursive: true })
  for (const path of ['1.md', '2.md', 'a/3.md', 'a/b/4.md']) writeFileSync(join(root, path), path)
  expect(await reasonsOf({})).toEqual([])
  expect(await reasonsOf({ depthMax: 1 })).toEqual(['folders are entered 1 levels deep'])
  expect(await reasonsOf({ filesMax: 3 })).toEqual(['at most 3 files are read; this and the rest are not'])
  expect(await reasonsOf({ entriesPerFolderMax: 2 })).toEqual(['it has more than 2 entries'])
  const deep = Array.from({ length: 7 }, () => 'x'.repeat(240)).join('/')
  mkdirSync(join(root, deep), { recursive: true })
  expect(await reasonsOf({})).toEqual(['its path is too long'])
  rmSync(root, { recursive: true })
})

test('of an ignore file the first patterns count', () => {
  const patterns = Array.from({ length: PATTERNS_MAX + 1 }, (_, index) => `${index}.md`).join('\n')
  const rules = new IgnoreRules().within('', [patterns])
  expect([rules.isIgnored(`${PATTERNS_MAX - 1}.md`, false), rules.isIgnored(`${PATTERNS_MAX}.md`, false)]).toEqual([
    true,
    false,
  ])
})

test('an ignore file that is too large is not used', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  writeFileSync(join(root, 'a.md'), 'text')
  const found = async (bytes: number): Promise<number> => {
    writeFileSync(join(root, '.gitignore'), 'a.md\n'.padEnd(bytes, '\n'))
    return (await all(walkFolder(root, new FileSelection({}), new AbortController().signal))).length
  }
  expect([await found(LIMITS.ignoreFile.value), await found(LIMITS.ignoreFile.value + 1)]).toEqual([0, 1])
  rmSync(root, { recursive: true })
})

describe('the readers of the store', () => {
  const folder = createFolders()

  test('a read too many is refused, and those that wait are answered', async () => {
    await using store = await openTestStore(folder())
    const reads = Array.from({ length: WAITING_MAX }, () => store.records.find(TEST_COLLECTIONS[0]?.name ?? '', 'none'))
    expect({ error: await codeOf(() => store.records.find(TEST_COLLECTIONS[0]?.name ?? '', 'none')) }).toEqual(
      LIMITS.readsWaiting.beyond,
    )
    expect((await Promise.all(reads)).every((record) => record === undefined)).toBe(true)
  })

  test('a read that takes too long is ended', async () => {
    const directory = folder()
    await (await openTestStore(directory))[Symbol.asyncDispose]()
    const head = new SequenceWatch().shared
    const pool = new ReaderPool({
      size: 1,
      data: { directory, collections: [], eventSource: '/test', head },
      onLost: () => undefined,
      // The thread alone takes longer to start.
      deadlineMs: 1,
    })
    pool.start()
    expect({ error: await codeOf(() => pool.read('counts')) }).toEqual(LIMITS.readTime.beyond)
    await pool.close()
  })
})

test('a capsule of an export with too much of something is none', () => {
  const id = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
  const entry = { what: 'changed', old: 1, new: 2, reason: 'r', at: '2026-01-01T00:00:00Z', actor: 'a' }
  const capsule = (links: number, entries: number, title: number) => ({
    ...{ kind: 'capsule', id, owner: 'a', trust: 60, status: 'ACTIVE', chunk: false, versions: ['1.0.0'] },
    title: 'x'.repeat(title),
    links: Array.from({ length: links }, () => ({ to: id, link: 'RELATED_TO', weight: 1 })),
    trust_history: Array.from({ length: entries }, () => entry),
  })
  const { linksMax, trustEntriesMax, labelLengthMax } = EXPORT_LIMITS
  const isFit = (...sizes: Parameters<typeof capsule>) => exportedCapsule.safeParse(capsule(...sizes)).success
  expect(isFit(linksMax, trustEntriesMax, labelLengthMax)).toBe(true)
  expect(isFit(linksMax + 1, 0, 1)).toBe(false)
  expect(isFit(0, trustEntriesMax + 1, 1)).toBe(false)
  expect(isFit(0, 0, labelLengthMax + 1)).toBe(false)
})

test('a version of an export whose place is too long is none', () => {
  const id = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
  const isFit = (length: number): boolean =>
    exportedVersionFields.part_of.safeParse({ id, place: 'x'.repeat(length), index: 0 }).success
  expect([isFit(LIMITS.exportedPlace.value), isFit(LIMITS.exportedPlace.value + 1)]).toEqual([true, false])
})

/** Members of tables of limits that refuse nobody: defaults, clocks of ours, and what shortens a thing that is kept. */
const NO_LIMITS = new Set([
  'SEARCH_LIMITS.limitDefault',
  'PAGE_LIMITS.limitDefault',
  'LINEAGE_LIMITS.nodesDefault',
  'HTTP_LIMITS.lateCheckMs',
  'CONVERSION_LIMITS.spanMax',
  'CONVERSION_LIMITS.columnsMax',
  'CONVERSION_LIMITS.urlLengthMax',
  'CONVERSION_LIMITS.labelLengthMax',
])

test('every member of the tables in the code has its row, or is told to be none', () => {
  const tables = {
    CAPSULE_LIMITS,
    CONVERSION_LIMITS,
    EXPORT_LIMITS,
    HTTP_LIMITS,
    IMPORT_LIMITS,
    LINEAGE_LIMITS,
    PAGE_LIMITS,
    SEARCH_LIMITS,
    WALK_LIMITS,
  }
  const rows = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('-limits.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('')
  const members = Object.entries(tables).flatMap(([table, limits]) =>
    Object.keys(limits).map((name) => `${table}.${name}`),
  )
  expect(members.filter((member) => !NO_LIMITS.has(member) && !rows.includes(member))).toEqual([])
  expect([...NO_LIMITS].filter((member) => !members.includes(member))).toEqual([])
})

test('a line of a batch that is too long has its problem, and its neighbours are written', async () => {
  const bytesMax = 64 * 1024
  await using http = await openHttpWorld({ server: { body_bytes_max: bytesMax } })
  const line = (content: string): string => JSON.stringify({ content, type: 'knowledge' })
  const payload = [line('One.'), line('x'.repeat(bytesMax)), line('Two.')].join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await http.send('POST', '/v2/capsules/batch', { payload, headers })
  const lines = answer.body.trim().split('\n')
  expect(lines.map((text) => JSON.parse(text).problem?.code ?? 'written')).toEqual([
    'written',
    'PAYLOAD_TOO_LARGE',
    'written',
  ])
})

test('an answer that takes too long is given up', async () => {
  const never = () => new Promise<never>(() => undefined)
  await using http = await openHttpWorld({ handlers: { listCapsules: never }, app: { answerMsMax: 30 } })
  expect({ error: (await http.send('GET', '/v2/capsules')).json().code }).toEqual(LIMITS.answerTime.beyond)
})
