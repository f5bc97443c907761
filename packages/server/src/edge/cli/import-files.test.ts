import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type Received, type Reply, run, serve } from './testing.ts'

const ID = '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1a'
const AT = '2026-03-13T21:00:00.000Z'
const JOB = {
  ...{ id: ID, label: null, kind: 'folder', path: '/n', state: 'completed' },
  ...{ started_at: AT, updated_at: AT, finished_at: AT, files_total: 3, files_done: 3 },
  ...{ imported: 1, unchanged: 0, skipped: 2, failed: 0, capsules_created: 1, versions_added: 0 },
  ...{ rate_per_s: null, eta_s: null, current: null, problem: null },
}

const fileOf = (path: string, reason: string | null) => ({
  ...{ path, reason, capsule_id: null, version: null, chunks: 0, at: AT },
  state: reason === null ? 'imported' : 'skipped',
})
const FILES = [fileOf('a.md', null), fileOf('b.png', 'a picture'), fileOf('c.bin', 'binary')]

/** An instance that gives the files in pages of these sizes. */
const inPages =
  (...pages: readonly (readonly object[])[]) =>
  ({ path }: Received): Reply => {
    if (!path.includes('/files')) return { body: JOB }
    const at = Number(new URL(path, 'http://x').searchParams.get('cursor') ?? 0)
    return { body: { items: pages[at] ?? [], next_cursor: at + 1 < pages.length ? String(at + 1) : null } }
  }

const show = (url: string, ...more: string[]) => run(['import', '--show', ID, '--files', '--url', url, ...more])

test.for([
  { name: 'one page', pages: [FILES] },
  { name: 'a page each', pages: FILES.map((file) => [file]) },
  { name: 'pages without any', pages: [[], FILES.slice(0, 2), [], FILES.slice(2), []] },
])('all files of an import are listed in $name, for people and as one document', async ({ pages }) => {
  await using server = await serve(inPages(...pages))
  const { code, out } = await show(server.url)
  expect(code).toBe(0)
  expect(out.split('\n').slice(-4)).toEqual([
    'imported   a.md',
    'skipped    b.png: a picture',
    'skipped    c.bin: binary',
    '',
  ])
  expect(JSON.parse((await show(server.url, '--json')).out)).toEqual({ ...JOB, files: FILES })
})

test('an import without files is an empty list', async () => {
  await using server = await serve(inPages([]))
  expect(JSON.parse((await show(server.url, '--json')).out)).toEqual({ ...JOB, files: [] })
})

test('nothing more is asked for once nobody reads', async () => {
  await using server = await serve(inPages(...FILES.map((file) => [file])))
  const stdout = new PassThrough()
  stdout.destroy()
  const { code } = await run(['import', '--show', ID, '--files', '--url', server.url], { io: { stdout } })
  expect(code).toBe(0)
  expect(server.received.filter(({ path }) => path.includes('/files'))).toHaveLength(1)
})

test.for([
  ['import', '--files'],
  ['import', '/n', '--files'],
  ['import', '--list', '--files'],
])('%j is told what --files goes with', async (argv) => {
  const { code, err } = await run(argv)
  expect(code).toBe(2)
  expect(err).toContain('--files goes with --show ID')
})
