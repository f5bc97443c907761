import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Erasure, ImportJob } from '@forge-cascade/contract'
import { afterAll, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { scanFolders } from '../src/adapters/sqlite/testing/scan-bytes.ts'
import { KeyRing, readHeader, SealedReader, unsealFile } from '../src/adapters/vault/index.ts'
import { campaign, createSeeded } from '../src/platform/store/testing.ts'
import { HttpCaller } from './http-caller.ts'
import { noteCampaign } from './note-campaign.ts'
import { ServerProcess } from './server-process.ts'

/** Erasures whose server is killed at some moment. */
const KILLS = campaign(2, 40)
const KILL_MS_MAX = 400
const TEST_MS_MAX = campaign(300_000, 1_800_000)
const POLL_MS = 10

/** One word for each place in which something is said of a person; none of them occurs anywhere else. */
const WORDS = {
  content: 'zymurgcontent',
  older: 'zymurgolder',
  title: 'zymurgtitle',
  tag: 'zymurgtag',
  category: 'zymurgcategory',
  lane: 'zymurglane',
  fold: 'zymurgfold',
  identity: 'zymurgidentity',
  owner: 'zymurgowner',
  metadata: 'zymurgmetadata',
  speaker: 'zymurgspeaker',
  terms: 'zymurgterms',
  reason: 'zymurgreason',
  edge: 'zymurgedge',
  quoted: 'zymurgquoted',
  file: 'zymurgfile',
  skipped: 'zymurgskipped',
  chunk: 'zymurgchunk',
  label: 'zymurglabel',
  folder: 'zymurgfolder',
  batch: 'zymurgbatch',
  chat: 'zymurgchat',
  hold: 'zymurghold',
} as const
const ALL = Object.values(WORDS)

const root = mkdtempSync(join(tmpdir(), 'cascade-erasure-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Created {
  readonly id: string
}

/** Says something of a person in every way there is. Returns the capsule that was made of hers by somebody else. */
async function plant(caller: HttpCaller, folder: string): Promise<{ readonly kept: string; readonly fork: string }> {
  const make = async (body: object, key?: string): Promise<string> => {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
    const { status, body: answer } = await caller.call<Created>(
      'POST',
      '/v2/capsules',
      { type: 'knowledge', ...body },
      headers,
    )
    expect(status).toBe(201)
    return answer.id
  }
  const about = { identity: WORDS.identity, lane: WORDS.lane, fold: WORDS.fold, tags: [WORDS.tag] }
  const long = (word: string): string => `${'Some words that stand around it. '.repeat(80)} ${word} `.repeat(3)
  const parent = await make({ content: 'A parent that stays.' })
  const person = await make(
    {
      ...about,
      content: long(WORDS.older),
      title: WORDS.title,
      category: WORDS.category,
      licence: 'for-sale',
      licence_terms: WORDS.terms,
      metadata: { note: WORDS.metadata },
      source: { kind: 'chat', conversation: 'c', speaker: WORDS.speaker },
      parents: [{ id: parent, reason: WORDS.edge, changes: { added: WORDS.quoted } }],
    },
    'one',
  )
  const put = await caller.call('PUT', `/v2/capsules/${person}`, { content: long(WORDS.content) }, { 'if-match': '*' })
  expect(put.status).toBe(200)
  const owned = await make({ content: `Hers: ${WORDS.content}`, owner: WORDS.owner })
  const kept = await make({ content: 'Somebody else’s, which stays.', tags: ['common'] })
  await caller.call('POST', `/v2/capsules/${owned}/links`, { to: kept, kind: 'RELATED_TO' })
  const fork = await make({
    content: 'Made of hers by somebody else.',
    parents: [{ id: person, reason: 'derived', changes: { removed: WORDS.quoted } }],
  })
  await caller.call('PUT', `/v2/capsules/${person}/trust`, { trust: 50, reason: WORDS.reason })
  await caller.call('POST', `/v2/capsules/${person}/quarantine`, { reason: WORDS.reason })
  await caller.call('POST', `/v2/capsules/${person}/release`, { reason: WORDS.reason })
  const lines = [1, 2].map((n) => JSON.stringify({ ...about, type: 'knowledge', content: `${WORDS.batch} ${n}` }))
  await sendLines(caller, lines)
  await holdAndLift(caller, person)
  await importFolder(caller, folder)
  const [search, list] = [`/v2/capsules/search?q=${WORDS.content}`, `/v2/capsules?identity=${WORDS.identity}`]
  // What it is decided from stands beside the log: with whose and where the capsule is.
  for (const path of [search, list, '/v2/capsules/stats', `/v2/capsules/${person}`, `/v2/capsules/${owned}`])
    expect((await caller.call('GET', path)).status, path).toBe(200)
  await caller.call('POST', '/v2/ask', { question: `What is ${WORDS.content}?` })
  return { kept, fork }
}

/** A batch as one capsule a line, one after the other: what a line says goes the same way in both. */
async function sendLines(caller: HttpCaller, lines: readonly string[]): Promise<void> {
  for (const line of lines) expect((await caller.call('POST', '/v2/capsules', JSON.parse(line))).status).toBe(201)
}

async function holdAndLift(caller: HttpCaller, id: string): Promise<void> {
  const target = { kind: 'capsule', capsule: id }
  const { body } = await caller.call<Created>('POST', '/v2/holds', { target, reason: WORDS.hold })
  const refused = await caller.call<{ code: string }>('POST', `/v2/capsules/${id}/erase`, { legal_basis: 'gdpr-17' })
  expect(refused.body.code).toBe('LEGAL_HOLD')
  await caller.call('POST', `/v2/holds/${body.id}/lift`, { reason: WORDS.hold })
}

/** Files with names, chapters and a chat; one of them is none that can be read. */
async function importFolder(caller: HttpCaller, folder: string): Promise<void> {
  const path = join(folder, WORDS.folder)
  mkdirSync(path, { recursive: true })
  const chapters = [1, 2, 3].map(
    (n) => `## ${WORDS.title} ${n}\n\n${'Words of a chapter. '.repeat(90)} ${WORDS.chunk} ${n}\n`,
  )
  writeFileSync(join(path, `${WORDS.file}.md`), `# ${WORDS.title}\n\n${chapters.join('\n')}`)
  writeFileSync(join(path, `${WORDS.skipped}.bin`), Buffer.from([0, 1, 2, 255]))
  writeFileSync(
    join(path, 'transcript.txt'),
    `Ada: Hello there.\n${WORDS.speaker}: I am ${WORDS.chat}.\nAda: So you are.\n`,
  )
  const request = { path, identity: WORDS.identity, label: WORDS.label, include: ['*'] }
  const { status, body } = await caller.call<ImportJob>('POST', '/v2/imports', request)
  expect(status).toBe(202)
  for (let state = body.state; state === 'running'; await pause(POLL_MS))
    state = (await caller.call<ImportJob>('GET', `/v2/imports/${body.id}`)).body.state
}

async function eraseAll(caller: HttpCaller): Promise<readonly Erasure[]> {
  const receipts: Erasure[] = []
  for (const subject of [WORDS.identity, WORDS.owner]) {
    const { status, body } = await caller.call<Erasure>('POST', '/v2/erasures', { subject, legal_basis: 'gdpr-17' })
    expect([status, body.state]).toEqual([200, 'completed'])
    receipts.push(body)
  }
  return receipts
}

/** Words that the data folder holds, or the store in a backup. */
const wordsIn = (...folders: string[]): readonly string[] =>
  [...new Set(scanFolders(folders, ALL).map(({ word }) => word))].sort()

function openBackup(file: string, keys: string, into: string): void {
  const key = new KeyRing(keys).find(readHeader(file).keyId)
  if (!key) throw new Error(`no key opens ${file}`)
  mkdirSync(into, { recursive: true })
  using reader = new SealedReader(file)
  unsealFile(reader, key, join(into, 'opened.db'))
}

test('of what was erased not one byte is left in the data folder or in a backup', {
  timeout: TEST_MS_MAX,
}, async () => {
  const folder = join(root, 'whole')
  const [dataDir, backups, elsewhere] = [join(folder, 'data'), join(folder, 'backups'), join(folder, 'elsewhere')]
  for (const made of [backups, elsewhere]) mkdirSync(made, { recursive: true })
  const keys = join(dataDir, 'keys')
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  const { kept, fork } = await plant(caller, folder)
  for (const name of ['near', 'far'])
    expect((await caller.call('POST', '/v2/system/backup', { path: join(backups, name) })).status).toBe(201)
  renameSync(join(backups, 'far'), join(elsewhere, 'far'))
  // The scan sees what it is to look for: in the folder, and in a backup that is opened.
  expect(wordsIn(dataDir)).toEqual(ALL.toSorted())
  openBackup(join(backups, 'near'), keys, join(folder, 'opened before'))
  expect(wordsIn(join(folder, 'opened before'))).toEqual(ALL.toSorted())

  const receipts = await eraseAll(caller)
  expect(wordsIn(dataDir)).toEqual([])
  expect(receipts.flatMap(({ stays }) => stays.map(({ id }) => id))).toContain(fork)
  const copies = receipts.flatMap(({ places }) => places).map(({ place, outcome }) => [place, outcome])
  expect(copies).toContainEqual([`backups: ${join(backups, 'near')}`, 'rewritten'])
  expect(copies).toContainEqual([`backups: ${join(backups, 'far')}`, 'key destroyed'])
  expect(() => openBackup(join(elsewhere, 'far'), keys, join(folder, 'never'))).toThrow('no key opens')
  openBackup(join(backups, 'near'), keys, join(folder, 'opened after'))
  expect(wordsIn(join(folder, 'opened after'))).toEqual([])

  for (const [id, content] of [
    [kept, 'Somebody else’s, which stays.'],
    [fork, 'Made of hers by somebody else.'],
  ])
    expect((await caller.call<{ content: string }>('GET', `/v2/capsules/${id}`)).body.content).toBe(content)
  expect((await caller.call<{ ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })).body.ok).toBe(true)
  await server.stop()
  expect(wordsIn(dataDir)).toEqual([])
  expect(server.log).not.toContain('zymurg')
})

/** All that speaks of her, or belongs to her, whatever its state. */
async function idsOfHers(caller: HttpCaller): Promise<string[]> {
  const ids: string[] = []
  for (const query of [`identity=${WORDS.identity}`, `owner=${WORDS.owner}`]) {
    const { body } = await caller.call<{ items: Created[] }>('GET', `/v2/capsules?${query}&status=ACTIVE&limit=100`)
    ids.push(...body.items.map(({ id }) => id))
  }
  return ids
}

interface Segments {
  readonly items: readonly { readonly id: string; readonly away: number; readonly generation: number }[]
}

test('of what was erased while it lay in the archive nothing is left there or anywhere else', {
  timeout: TEST_MS_MAX,
}, async () => {
  const folder = join(root, 'archived')
  const [dataDir, backups] = [join(folder, 'data'), join(folder, 'backups')]
  mkdirSync(backups, { recursive: true })
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  const { kept } = await plant(caller, folder)
  const ids = await idsOfHers(caller)
  const moved = await caller.call<{ capsules: number; refused: unknown[] }>('POST', '/v2/archive', {
    ids: [...ids, kept],
  })
  expect([moved.status, moved.body.capsules, moved.body.refused]).toEqual([200, ids.length + 1, []])
  expect((await caller.call('POST', '/v2/system/backup', { path: join(backups, 'away') })).status).toBe(201)
  // Sealed as it is, no segment says a word of it.
  expect(wordsIn(join(dataDir, 'archive'))).toEqual([])

  const receipts = await eraseAll(caller)
  const places = receipts.flatMap(({ places }) => places).filter(({ place }) => place.startsWith('archives: '))
  expect(new Set(places.map(({ outcome }) => outcome))).toEqual(new Set(['rewritten']))
  expect(wordsIn(dataDir)).toEqual([])
  openBackup(join(backups, 'away'), join(dataDir, 'keys'), join(folder, 'opened after'))
  expect(wordsIn(join(folder, 'opened after'))).toEqual([])
  const { items } = (await caller.call<Segments>('GET', '/v2/archive')).body
  expect(items.map(({ away, generation }) => [away, generation > 1])).toEqual([[1, true]])
  const files = readdirSync(join(dataDir, 'archive'))
  expect(files).toHaveLength(2)
  const manifest = readFileSync(join(dataDir, 'archive', files.find((name) => name.endsWith('.json')) ?? ''), 'utf8')
  for (const id of ids) expect(manifest).not.toContain(id)

  expect((await caller.call<{ ok: boolean }>('POST', '/v2/archive/verify', {})).body.ok).toBe(true)
  await caller.call('POST', '/v2/archive/restore', { ids: [kept] })
  const { content } = (await caller.call<{ content: string }>('GET', `/v2/capsules/${kept}`)).body
  expect(content).toBe('Somebody else’s, which stays.')
  expect((await caller.call<{ ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })).body.ok).toBe(true)
  await server.stop()
  expect(wordsIn(dataDir)).toEqual([])
})

test('of what was erased while the log is shipped nothing can be read where it was shipped to', {
  timeout: TEST_MS_MAX,
}, async () => {
  const folder = join(root, 'shipped')
  const [dataDir, target] = [join(folder, 'data'), join(folder, 'target')]
  mkdirSync(target, { recursive: true })
  const env = { CASCADE_BACKUP_SHIP_DIRECTORY: target, CASCADE_BACKUP_SHIP_EVERY_SECONDS: '1' }
  await using server = new ServerProcess({ dataDir, env })
  using caller = new HttpCaller(await server.ready())
  await plant(caller, folder)
  await caller.call('POST', '/v2/archive', { ids: await idsOfHers(caller) })
  const opened = join(folder, 'opened')
  // What was shipped holds it, for who has the keys.
  await expect
    .poll(() => openShipped(target, join(dataDir, 'keys'), opened), { timeout: 60_000 })
    .toEqual(ALL.toSorted())
  const shipped = readdirSync(target, { recursive: true }).length
  expect(shipped).toBeGreaterThan(1)

  await eraseAll(caller)
  // At once, so that nothing is tidied up at its end; and nothing comes and goes while it is looked at.
  await server.kill()
  const expectNothing = (): void => {
    expect(wordsIn(dataDir)).toEqual([])
    expect(wordsIn(target)).toEqual([])
    expect(openShipped(target, join(dataDir, 'keys'), opened)).toEqual([])
  }
  expectNothing()
  // What a start recovers and an orderly end tidies up brings nothing back.
  await using again = new ServerProcess({ dataDir, env })
  await again.ready()
  await again.stop()
  expectNothing()
})

/** Words in all that was shipped and can still be opened. */
function openShipped(target: string, keys: string, into: string): readonly string[] {
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  const files = readdirSync(target, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  for (const [index, { parentPath, name }] of files.entries())
    openSealed(join(parentPath, name), keys, join(into, `${index}`))
  return wordsIn(into)
}

/** What a file holds, where it is sealed and its key is there. */
function openSealed(file: string, keys: string, to: string): void {
  try {
    const key = new KeyRing(keys).find(readHeader(file).keyId)
    if (!key) return
    using reader = new SealedReader(file)
    unsealFile(reader, key, to)
  } catch (error) {
    // Notes beside the sealed files, and one that is being written.
    if (!(error instanceof CascadeError)) throw error
  }
}

describe('an erasure whose server is killed', () => {
  const random = createSeeded(17)

  test('is whole after the next start, whenever that was', { timeout: TEST_MS_MAX }, async () => {
    const startedAt = performance.now()
    for (let kill = 0; kill < KILLS; kill++) {
      const folder = join(root, `killed-${kill}`)
      const dataDir = join(folder, 'data')
      const server = new ServerProcess({ dataDir })
      const caller = new HttpCaller(await server.ready())
      await plant(caller, folder)
      await caller.call('POST', '/v2/system/backup', {})
      const body = { subject: WORDS.identity, legal_basis: 'gdpr-17' }
      const answer = caller.call('POST', '/v2/erasures', body).then(
        ({ status }) => status,
        () => 'cut',
      )
      await pause(random() * KILL_MS_MAX)
      await server.kill()
      await answer
      caller[Symbol.dispose]()
      await using again = new ServerProcess({ dataDir })
      using asking = new HttpCaller(await again.ready())
      const { body: page } = await asking.call<{ items: readonly Erasure[] }>('GET', '/v2/erasures')
      const left = wordsIn(dataDir).filter((word) => word !== WORDS.owner && word !== WORDS.content)
      // Never half: it had not begun, or it is done.
      if (page.items.length === 0)
        expect(left).toEqual(ALL.filter((word) => word !== WORDS.owner && word !== WORDS.content).toSorted())
      else expect([page.items.map(({ state }) => state), left]).toEqual([['completed'], []])
      expect((await asking.call<{ ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })).body.ok).toBe(true)
      await again.stop()
    }
    noteCampaign('kill -9 during an erasure', { runs: KILLS, checks: KILLS, ms: performance.now() - startedAt })
  })
})
