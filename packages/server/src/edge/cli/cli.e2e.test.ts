import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemRandom } from '#base'
import { PROGRAM } from '../../../test/program.ts'
import { run } from './testing.ts'

const DIRECTORY = mkdtempSync(join(tmpdir(), 'cascade-e2e-'))
const READY_MS_MAX = 25_000

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program as people run it: a process of its own, in an empty folder. */
function launch(
  argv: readonly string[],
  cwd = DIRECTORY,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...PROGRAM, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: DIRECTORY },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString('utf8')))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  return { child, ended }
}

const cascade = (...argv: string[]): Promise<Ended> => launch(argv).ended

/** A client of the instance that the tests share, in this process: a node process less for each. */
const client = (...argv: string[]): Promise<Ended> =>
  run(argv, { io: { cwd: DIRECTORY, commandName: 'cascade', random: systemRandom } })

async function clientJson(...argv: string[]) {
  const { code, out, err } = await client(...argv, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

/** The id that a text names first. */
const idIn = (text: string): string => /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0] ?? 'none'

let instance: ReturnType<typeof launch>
let address = ''

beforeAll(async () => {
  instance = launch(['start', '--port', '0', '--no-samples'])
  let text = ''
  await new Promise<void>((resolve, reject) => {
    instance.child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('Ctrl-C stops it.')) resolve()
    })
    void instance.ended.then(({ err }) => reject(new Error(err)))
  })
  address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? ''
  expect(text).toMatch(/^Forge Cascade \S+ is ready in \d/)
  expect(text).not.toContain(readFileSync(join(DIRECTORY, '.cascade/token'), 'utf8').trim())
}, READY_MS_MAX)

afterAll(async () => {
  instance.child.kill('SIGTERM')
  const { code, out } = await instance.ended
  expect(code).toBe(0)
  // Off a terminal a collector reads standard output: from the first line to the last it is the log.
  const messages = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).message)
  expect([messages[0], messages.at(-1)]).toEqual(['boot finished', 'stopped'])
})

test('what is remembered is found, quoted, opened at the passage, and derived from', async () => {
  const text = 'We deploy on Tuesdays because the engineer on call is there.'
  const made = await cascade('remember', text, '--type', 'decision', '--title', 'Deploying')
  expect(made).toMatchObject({ code: 0, err: '' })
  const id = idIn(made.out)
  const [known, found, asked] = await Promise.all([
    client('remember', text, '--type', 'decision', '--title', 'Deploying'),
    client('search', 'deploy', 'tuesdays'),
    client('ask', 'When do we deploy?'),
  ])
  expect(known.out).toContain('Known already')
  expect(found.out).toContain(id)
  expect(asked.out).toContain('[1] Deploying')
  const opening = /cascade (show \S+ --at \S+)/.exec(asked.out)?.[1]?.split(' ') ?? []
  const [opened, child] = await Promise.all([
    client(...opening),
    clientJson('remember', 'On Fridays we rest.', '--parent', id, '--reason', 'The other half'),
  ])
  expect(opened.out).toContain('> 1 «We deploy on Tuesdays')
  const [history, blame, lineage, path] = await Promise.all([
    client('history', id),
    clientJson('history', id, '--blame'),
    client('lineage', child.id),
    clientJson('lineage', child.id, '--path-to', id),
  ])
  expect(history.out).toMatch(/^1\.0\.0 /)
  expect(blame.lines[0].text).toContain('Tuesdays')
  expect(lineage.out).toContain('└─ Deploying')
  expect(lineage.out).toContain('The other half')
  expect(path.found).toBe(true)
})

test('a folder is imported, imported again without a change, and removed by its label', async () => {
  const folder = join(DIRECTORY, 'notes')
  mkdirSync(folder)
  writeFileSync(join(folder, 'backup.md'), '# Backups\n\nBackups run nightly at two.\n')
  writeFileSync(join(folder, 'noise.txt'), Buffer.from([0x62, 0xff, 0xfe]))
  const first = await client('import', 'notes', '--label', 'my notes')
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain('1 file skipped')
  expect(first.out).toContain('noise.txt')
  expect(await clientJson('import', 'notes')).toMatchObject({ state: 'completed', imported: 0, unchanged: 1 })
  expect((await client('ask', 'when do backups run?')).out).toContain('Backups run nightly at two. [1]')
  expect((await client('import', '--remove', 'my notes')).out).toMatch(/^Archived \d+ capsules?\./)
})

test('a folder that is watched is taken in again when it changes or comes back, until Ctrl-C', async () => {
  const folder = join(DIRECTORY, 'watched')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.md'), '# Bees\n\nBees dance.\n')
  expect(await client('import', 'watched/a.md', '--watch')).toMatchObject({ code: 2 })
  expect(await client('import', folder, '--watch', '--url', address)).toMatchObject({ code: 2 })
  const { child, ended } = launch(['import', 'watched', '--watch'])
  const told = (words: string) =>
    new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => chunk.toString('utf8').includes(words) && resolve())
    })
  await told('Watching for changes.')
  const changed = told('1 file taken in (1 capsule created, 0 versions added)')
  writeFileSync(join(folder, 'b.md'), '# Wasps\n\nWasps do not.\n')
  await changed
  const away = told('cannot be read')
  renameSync(folder, `${folder}-away`)
  await away
  const back = told('1 file taken in (1 capsule created, 0 versions added)')
  writeFileSync(join(`${folder}-away`, 'c.md'), '# Ants\n\nAnts march.\n')
  renameSync(`${folder}-away`, folder)
  await back
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 0 })
})

test('the address needs the token, and a reader that leaves early breaks nothing', async () => {
  const [refused, shown] = await Promise.all([
    client('search', 'x', '--url', address),
    client('search', 'x', '--url', address, '--token-file', join(DIRECTORY, '.cascade/token')),
  ])
  expect(refused.code).toBe(4)
  expect([0, 3]).toContain(shown.code)
  const { child, ended } = launch(['help', 'import'])
  child.stdout?.destroy()
  expect(await ended).toMatchObject({ code: 0, err: '' })
})

test('a second start says who serves the folder', async () => {
  const { code, out, err } = await cascade('start', '--port', '0')
  expect({ code, out }).toEqual({ code: 5, out: '' })
  expect(err).toMatch(
    new RegExp(`^cascade: \\S+ is served already, by process ${instance.child.pid} since .*${address}`),
  )
})

test('a backup is written, and restored once the folder is free', async () => {
  const [written, healthy] = await Promise.all([client('backup', 'whole.backup'), clientJson('doctor', '--full')])
  expect(written.code).toBe(0)
  expect(statSync(join(DIRECTORY, 'whole.backup')).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
  expect(healthy.ok).toBe(true)
  const [again, owned, asked] = await Promise.all([
    client('backup', 'whole.backup'),
    client('restore', 'whole.backup', '--yes'),
    client('restore', 'whole.backup', '--data', 'elsewhere'),
  ])
  expect([again.code, owned.code, asked.code]).toEqual([2, 5, 2])
  expect((await cascade('restore', 'whole.backup', '--data', 'elsewhere', '--yes')).out).toMatch(/^Restored /)
})

// From here on each has a folder of its own, and one waits for a try that comes after ten seconds.
test.concurrent('a store that ships its log goes back to an earlier change, into a folder of its own', {
  timeout: 120_000,
}, async () => {
  const place = join(DIRECTORY, 'ships')
  mkdirSync(join(place, 'shipped'), { recursive: true })
  writeFileSync(join(place, 'cascade.config.yml'), 'backup:\n  ship:\n    directory: shipped\n')
  const there = (...argv: string[]) => launch(argv, place).ended
  const sequences: number[] = []
  for (const text of ['the first fact', 'the second fact', 'a mistake']) {
    const { code, out, err } = await there('remember', text, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    sequences.push(JSON.parse(out).receipt.sequence)
  }
  const listed = JSON.parse((await there('restore', '--list', '--json')).out)
  expect(listed).toMatchObject({ points: [{ from: expect.any(Number), to: expect.any(Number) }], backups: [] })
  expect((await there('restore', '--list')).out).toContain('any change from ')
  const from = ['--from', join(place, 'shipped'), '--keys', join(place, '.cascade/keys')]
  const back = ['restore', '--at', String(sequences[1]), ...from]
  const { code, out } = await cascade(...back, '--data', 'earlier', '--yes')
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^Restored /) })
  const found = JSON.parse((await cascade('search', 'fact mistake', '--data', 'earlier', '--json')).out)
  const contents = found.hits.map((hit: { capsule: { content: string } }) => hit.capsule.content)
  expect(contents.toSorted()).toEqual(['the first fact', 'the second fact'])
})

test.concurrent('an erasure that meets a shipping target that is away keeps no server from starting, and goes on by itself', {
  timeout: 120_000,
}, async ({ expect }) => {
  const place = join(DIRECTORY, 'away')
  const [target, aside] = [join(place, 'shipped'), join(place, 'unmounted')]
  mkdirSync(target, { recursive: true })
  writeFileSync(join(place, 'cascade.config.yml'), 'backup:\n  ship:\n    directory: shipped\n')
  const here = (...argv: string[]): Promise<Ended> =>
    run(argv, { io: { cwd: place, commandName: 'cascade', random: systemRandom } })
  const serve = async () => {
    const server = launch(['start', '--port', '0', '--no-samples', '--json'], place)
    await new Promise((resolve) => server.child.stdout?.once('data', resolve))
    return server
  }
  const first = await serve()
  await here('remember', 'Grace keeps bees.', '--identity', 'Grace')
  renameSync(target, aside)
  const failed = await here('erase', '--subject', 'Grace', '--reason', 'gdpr-17', '--yes')
  expect([failed.code, failed.err]).toEqual([6, expect.stringContaining('UNAVAILABLE')])
  first.child.kill('SIGKILL')
  await first.ended

  const second = await serve()
  const [found, doctor] = await Promise.all([here('search', 'bees', '--json'), here('doctor', '--json')])
  expect(JSON.parse(found.out).hits).toEqual([])
  const { findings } = JSON.parse(doctor.out) as { findings: { check: string; severity: string }[] }
  const severity = (check: string) => findings.find((finding) => finding.check === check)?.severity
  expect([doctor.code, severity('erasures'), severity('shipping target')]).toEqual([1, 'problem', 'problem'])
  renameSync(aside, target)
  const states = async (): Promise<string[]> =>
    JSON.parse((await here('erase', '--list', '--json')).out).items.map(({ state }: { state: string }) => state)
  await expect.poll(states, { timeout: 60_000, interval: 500 }).toEqual(['completed'])
  expect((await here('erase', '--subject', 'Grace', '--reason', 'gdpr-17', '--yes')).out).toMatch(/^Erased 1 capsule/)
  second.child.kill('SIGTERM')
  const { err } = await second.ended
  expect(err).toContain('an erasure is not complete')
})

test.concurrent('commands that start at once on a new folder all succeed, and one store has it all', async () => {
  const texts = ['one fact', 'another fact']
  const ran = await Promise.all(texts.map((text) => cascade('remember', text, '--data', 'fresh')))
  expect(ran.map(({ code }) => code)).toEqual([0, 0])
  for (const { err } of ran) expect(err).not.toContain('cascade:')
  const { out } = await cascade('search', 'fact', '--data', 'fresh', '--json')
  expect(JSON.parse(out).hits).toHaveLength(2)
})
