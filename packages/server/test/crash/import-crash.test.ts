import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ImportJob } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { HttpCaller } from '../http-caller.ts'
import { noteCampaign } from '../note-campaign.ts'
import { ServerProcess } from '../server-process.ts'

/** Interrupted imports, and how often each is killed before it may finish. */
const IMPORTS = campaign(1, 10)
const KILLS = campaign(2, 4)
const NOTES = 240
const SECTIONS = 5
/** The latest point of an import at which it is killed, as a share of its notes. */
const KILL_SHARE_MAX = 0.5
const POLL_MS = 5
const TEST_MS_MAX = campaign(240_000, 1_800_000)
const PAGE = 100

const root = mkdtempSync(join(tmpdir(), 'cascade-import-crash-'))
const notes = join(root, 'notes')
let whole: readonly string[]

beforeAll(async () => {
  writeNotes(createSeeded(5))
  whole = await importWhole(join(root, 'whole'))
}, TEST_MS_MAX)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('an import whose server is killed and which is run again', () => {
  test.for(Array.from({ length: IMPORTS }, (_, seed) => ({ seed })))(
    'gives what an import without interruption gives ($seed)',
    { timeout: TEST_MS_MAX },
    async ({ seed }) => {
      const folder = join(root, `killed-${seed}`)
      const random = createSeeded(100 + seed)
      const startedAt = performance.now()
      for (let kill = 0; kill < KILLS; kill++) await importAndKill(folder, random() * KILL_SHARE_MAX * NOTES)
      expect(await importWhole(folder)).toEqual(whole)
      noteCampaign('kill -9 during an import', { runs: KILLS, checks: whole.length, ms: performance.now() - startedAt })
    },
  )

  test('the comparison is about something: documents with their chunks', () => {
    expect(whole.length).toBeGreaterThan(NOTES * 2)
  })
})

/** Answers how far the import was when the server died. */
async function importAndKill(folder: string, afterFiles: number): Promise<ImportJob['state']> {
  await using server = new ServerProcess({ dataDir: folder })
  using caller = new HttpCaller(await server.ready())
  const job = await follow(caller, await startImport(caller), ({ files_done }) => files_done >= afterFiles)
  await server.kill()
  return job.state
}

/** Looks until it is over or far enough. */
async function follow(caller: HttpCaller, started: ImportJob, isFar: (job: ImportJob) => boolean): Promise<ImportJob> {
  let job = started
  while (job.state === 'running' && !isFar(job)) {
    await pause(POLL_MS)
    job = (await caller.call<ImportJob>('GET', `/v2/imports/${job.id}`)).body
  }
  return job
}

/** Imports to the end and tells what is there then. */
async function importWhole(folder: string): Promise<readonly string[]> {
  await using server = new ServerProcess({ dataDir: folder })
  using caller = new HttpCaller(await server.ready())
  const job = await follow(caller, await startImport(caller), () => false)
  expect(job).toMatchObject({ state: 'completed', failed: 0, files_done: NOTES })
  const doctor = await caller.call<{ readonly ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })
  expect(doctor.body).toMatchObject({ ok: true })
  const found = await describeAll(caller)
  await server.stop()
  return found
}

async function startImport(caller: HttpCaller): Promise<ImportJob> {
  const { status, body } = await caller.call<ImportJob>('POST', '/v2/imports', { path: notes, kind: 'folder' })
  expect(status).toBe(202)
  return body
}

interface Listed {
  readonly items: readonly {
    readonly id: string
    readonly version: string
    readonly title: string | null
    readonly content: string
    readonly source: unknown
    readonly part_of: { readonly id: string; readonly place: string; readonly index: number } | null
  }[]
  readonly next_cursor: string | null
}

/** Every capsule but for what differs from run to run (ids, times), in an order of its own. */
async function describeAll(caller: HttpCaller): Promise<readonly string[]> {
  const items: Listed['items'][number][] = []
  let cursor: string | null = null
  do {
    const path: string = `/v2/capsules?chunks=true&limit=${PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const { status, body } = await caller.call<Listed>('GET', path)
    expect(status).toBe(200)
    items.push(...body.items)
    cursor = body.next_cursor
  } while (cursor !== null)
  const titles = new Map(items.map(({ id, title, content }) => [id, `${title}: ${content.length}`]))
  return items
    .map(({ version, title, content, source, part_of }) =>
      JSON.stringify([
        version,
        title,
        content,
        source,
        part_of && [titles.get(part_of.id), part_of.place, part_of.index],
      ]),
    )
    .toSorted()
}

function writeNotes(random: () => number): void {
  mkdirSync(notes, { recursive: true })
  for (let note = 0; note < NOTES; note++) {
    const sections = Array.from({ length: SECTIONS }, (_, at) => `## Part ${at}\n\n${paragraph(random)}\n`)
    writeFileSync(join(notes, `note-${note}.md`), `# Note ${note}\n\n${sections.join('\n')}`)
  }
}

const paragraph = (random: () => number): string =>
  Array.from({ length: 120 }, () => `word${Math.floor(random() * 5000).toString(36)}`).join(' ')
