import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { CliIo } from './cli-io.ts'
import { createSignals, problem, type Received, type Reply, run, serve } from './testing.ts'

const JOB = {
  id: '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1a',
  label: null,
  kind: 'folder',
  path: '/n',
  state: 'running',
  started_at: '2026-03-13T20:59:00.000Z',
  updated_at: '2026-03-13T21:00:00.000Z',
  finished_at: null,
  files_total: 4,
  files_done: 1,
  imported: 1,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  capsules_created: 1,
  versions_added: 0,
  rate_per_s: 10,
  eta_s: 1,
  current: 'a.md',
  problem: null,
}
const FINISHED = { finished_at: '2026-03-13T21:00:00.000Z', files_done: 4 }

/** Answers as an instance does whose import goes through these states, one a look. */
function importThrough(states: readonly object[], cancelled: () => void = () => undefined) {
  const left = [...states]
  return ({ method, path }: Received): Reply => {
    if (path.endsWith('/cancel')) {
      cancelled()
      return { body: { ...JOB, state: 'cancelled', ...FINISHED } }
    }
    if (path.includes('/files')) return { body: { items: [], next_cursor: null } }
    const job = { ...JOB, ...(left.length > 1 ? left.shift() : left[0]) }
    return { status: method === 'POST' ? 202 : 200, body: job }
  }
}

const importing = (url: string, ...more: string[]) => ['import', '/n', '--url', url, ...more]

test('an import is followed to its end', async () => {
  await using server = await serve(importThrough([{}, {}, { state: 'completed', ...FINISHED }]))
  const { code, out, err } = await run(importing(server.url, '--tag', 'a', '--no-history'))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('Imported: /n in 1 min 0 s')
  expect(server.received[0]?.body).toMatchObject({ path: '/n', kind: 'auto', history: false, tags: ['a'] })
})

test('an import whose instance was stopped is begun again and goes on', async () => {
  await using server = await serve(
    importThrough([{}, { state: 'interrupted' }, {}, { state: 'completed', ...FINISHED }]),
  )
  const { code } = await run(importing(server.url))
  expect(code).toBe(0)
  expect(server.received.filter(({ method }) => method === 'POST')).toHaveLength(2)
})

test('an import that is interrupted again and again is given up', async () => {
  await using server = await serve(importThrough([{ state: 'interrupted', ...FINISHED }]))
  const { code, out } = await run(importing(server.url))
  expect(code).toBe(6)
  expect(out).toContain('To go on where it stopped')
  expect(server.received.filter(({ method }) => method === 'POST')).toHaveLength(6)
})

test('Ctrl-C cancels the import, says how to go on, and ends with 130', async () => {
  const signals = createSignals()
  let looks = 0
  const answer = importThrough([{}])
  let cancelled = false
  await using server = await serve((request) => {
    if (request.path.endsWith('/cancel')) cancelled = true
    if (++looks === 2) signals.send('SIGINT')
    if (cancelled && request.method === 'GET') return { body: { ...JOB, state: 'cancelled', ...FINISHED } }
    return answer(request)
  })
  const { code, out, err } = await run(importing(server.url), { io: signals })
  expect({ code, cancelled }).toEqual({ code: 130, cancelled: true })
  expect(err).toContain('Stopping after the file that is being read.')
  expect(out).toContain('To go on where it stopped, run the same import again.')
})

/** A data folder whose owner is a server of the test, and a folder to watch. */
async function openWatched(answer: (request: Received) => Reply) {
  const data = mkdtempSync(join(tmpdir(), 'cascade-watch-'))
  const folder = join(data, 'notes')
  mkdirSync(folder)
  const owner = { pid: process.pid, socket: join(data, 'socket'), started_at: '2026-01-01T00:00:00.000Z', url: null }
  writeFileSync(join(data, 'owner.json'), JSON.stringify(owner))
  writeFileSync(join(data, 'token'), 't')
  const server = await serve(
    ({ path, ...request }) => (path === '/health/live' ? {} : answer({ path, ...request })),
    owner.socket,
  )
  const watch = (io: Partial<CliIo>, ...more: string[]) =>
    run(['import', folder, '--watch', '--data', data, ...more], { io })
  const posts = () => server.received.filter(({ method }) => method === 'POST').map(({ path }) => path)
  return { watch, posts, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test.for(['git', 'chatgpt', 'cascade'] as const)('%s is not watched, and nothing of it is imported', async (kind) => {
  await using world = await openWatched(() => problem(500, 'INTERNAL', 'nobody asks'))
  const { code, err } = await world.watch({ detectKind: async () => kind })
  expect(code).toBe(2)
  expect(err).toContain(`is read as ${kind}; `)
  expect(world.posts()).toEqual([])
})

test('Ctrl-C during the first run of a watch ends with 130, and nobody is told that it watches', async () => {
  const signals = createSignals()
  const running = importThrough([{}])
  let looks = 0
  let isCancelled = false
  await using world = await openWatched((request) => {
    isCancelled ||= request.path.endsWith('/cancel')
    if (++looks === 2) signals.send('SIGINT')
    return isCancelled && request.method === 'GET'
      ? { body: { ...JOB, state: 'cancelled', ...FINISHED } }
      : running(request)
  })
  const { code, out, err } = await world.watch(signals)
  expect({ code, isCancelled }).toEqual({ code: 130, isCancelled: true })
  expect(out).toContain('Stopped: /n')
  expect(err).not.toContain('Watching')
})

test('Ctrl-C before a watch has begun its first run begins none', async () => {
  await using world = await openWatched(importThrough([{ state: 'completed', ...FINISHED }]))
  const onSignal: CliIo['onSignal'] = (listener) => {
    queueMicrotask(() => listener('SIGINT'))
    return { [Symbol.dispose]: () => undefined }
  }
  expect(await world.watch({ onSignal })).toEqual({ code: 130, out: '', err: '' })
  expect(world.posts()).toEqual([])
})

test('a watch beside JSON says nothing to the person, not even while it stops', async () => {
  const signals = createSignals()
  await using world = await openWatched(importThrough([{ state: 'completed', ...FINISHED }]))
  const stdout = new PassThrough()
  stdout.on('data', () => signals.send('SIGINT'))
  expect(await world.watch({ ...signals, stdout }, '--json')).toMatchObject({ code: 0, err: '' })
  let looks = 0
  const again = createSignals()
  const stopped = importThrough([{}, {}, {}, { state: 'completed', ...FINISHED }])
  await using slow = await serve((request) => {
    if (++looks === 2) again.send('SIGINT')
    return stopped(request)
  })
  expect((await run(importing(slow.url, '--json'), { io: again })).err).toBe('')
})

test('a file that failed makes the exit code 1, a skipped one does not', async () => {
  await using failing = await serve(importThrough([{ state: 'completed', failed: 1, ...FINISHED }]))
  expect((await run(importing(failing.url))).code).toBe(1)
  await using skipping = await serve(importThrough([{ state: 'completed', skipped: 3, ...FINISHED }]))
  expect((await run(importing(skipping.url))).code).toBe(0)
})

test('progress is a line on a terminal that is taken away, and none beside JSON', async () => {
  const states = [{}, { state: 'completed', ...FINISHED }]
  await using server = await serve(importThrough(states))
  const watched = await run(importing(server.url), { terminal: true })
  expect(watched.err).toContain('1 of 4 files')
  expect(watched.err.endsWith('\r\u001b[K')).toBe(true)
  await using other = await serve(importThrough(states))
  const piped = await run(importing(other.url, '--json'), { terminal: true })
  expect(piped.err).toBe('')
  expect(JSON.parse(piped.out)).toMatchObject({ state: 'completed' })
})

test('a line of progress is taken away before an error is told', async () => {
  let looks = 0
  await using server = await serve(({ method }) =>
    ++looks > 2 ? problem(503, 'UNAVAILABLE', 'It leaves.') : { status: method === 'POST' ? 202 : 200, body: JOB },
  )
  const { err } = await run(importing(server.url), { terminal: true })
  expect(err).toMatch(/1 of 4 files[^\n]*\r\u001b\[K\u001b\[31mcascade:/)
})

test('--remove takes a label, and removes all that carry it', async () => {
  const items = [
    { ...JOB, label: 'notes' },
    { ...JOB, id: '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1b', label: 'notes', state: 'removed' },
    { ...JOB, id: '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1c', label: 'other' },
  ]
  await using server = await serve(({ path }) =>
    path.endsWith('/remove') ? { body: { archived: 3 } } : { body: { items, next_cursor: null } },
  )
  const { code, out } = await run(['import', '--remove', 'notes', '--url', server.url])
  expect({ code, out }).toEqual({ code: 0, out: 'Archived 3 capsules. Each is still readable by its id.\n' })
  const missing = await run(['import', '--remove', 'nothing', '--url', server.url])
  expect(missing.code).toBe(3)
})

test('--remove goes through each source once, however many runs of it carry the label', async () => {
  const runs = ['a', 'b', 'c'].map((end) => ({
    ...JOB,
    id: `${JOB.id.slice(0, -1)}${end}`,
    label: 'notes',
    state: 'completed',
  }))
  const removed: string[] = []
  await using server = await serve(({ path }) => {
    const job = runs.find(({ id }) => path.includes(id))
    if (job === undefined) return { body: { items: runs, next_cursor: null } }
    if (!path.endsWith('/remove')) return { body: removed.length > 0 ? { ...job, state: 'removed' } : job }
    removed.push(job.id)
    return { body: { archived: 2 } }
  })
  expect(await run(['import', '--remove', 'notes', '--url', server.url])).toMatchObject({ code: 0 })
  expect(removed).toEqual([runs[0]?.id])
})

test('--remove says when not all imports were looked through', async () => {
  const items = [{ ...JOB, label: 'notes', state: 'completed' }]
  await using server = await serve(({ path }) =>
    path.endsWith('/remove')
      ? { body: { archived: 1 } }
      : { body: { items: path.includes('cursor') ? [] : items, next_cursor: 'more' } },
  )
  const found = await run(['import', '--remove', 'notes', '--url', server.url])
  expect(found).toMatchObject({
    code: 0,
    err: expect.stringContaining('Only the newest 5,000 imports were looked through.'),
  })
  const missed = await run(['import', '--remove', 'other', '--url', server.url])
  expect(missed).toMatchObject({ code: 3, err: expect.stringContaining('Only the newest 5,000') })
})

test('--remove that takes nothing away is an error that says why', async () => {
  await using server = await serve(() => ({ body: { archived: 0 } }))
  const { code, out, err } = await run(['import', '--remove', JOB.id, '--url', server.url])
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(err).toContain(`Nothing was removed: of what the import "${JOB.id}" brought in, nothing is active any more.`)
  expect(err).toContain('fix: ')
})

test('an import that cannot begin is told', async () => {
  await using server = await serve(() => problem(422, 'SOURCE_UNREADABLE', '/n does not exist.'))
  const { code, err } = await run(importing(server.url))
  expect(code).toBe(2)
  expect(err).toContain('cascade: /n does not exist. (SOURCE_UNREADABLE)')
})
