import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { chooseProgram, describeBundle } from './clone-bundle.mjs'
import { ROOT } from './node-runtime.mjs'

const SERVER = 'packages/server/src'
const BUNDLES = 'node_modules/.cache/program'
const SOURCES = `${SERVER}/main.ts`
/** Long ago enough that nobody edits. */
const RESTED = new Date('2026-01-01T00:00:00Z')
const EDITED = new Date()
/** Several starts and builds, on a machine that is busy. */
const TEST_MS_MAX = 120_000

/** A clone of a program that says one word, and says it late. */
class Clone {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'clone ')))

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true }))
    cpSync(join(ROOT, 'tools'), join(this.root, 'tools'), { recursive: true, preserveTimestamps: true })
    for (const path of readdirSync(join(ROOT, 'tools/packaging'))) this.age(`tools/packaging/${path}`, RESTED)
    for (const path of ['build-bundle.ts', 'clone-bundle.mjs']) this.age(`tools/${path}`, RESTED)
    this.write('node_modules/.package-lock.json', '{}', RESTED)
    symlinkSync(join(ROOT, 'node_modules/rolldown'), join(this.root, 'node_modules/rolldown'))
    this.write('package-lock.json', '{}', RESTED)
    this.write('packages/contract/src/index.ts', 'export const unused = 1', RESTED)
    this.write('packages/server/package.json', '{ "type": "module" }', RESTED)
    this.write(SOURCES, "console.log((await import('./word.ts')).word as string)", RESTED)
    this.say('first', RESTED)
  }

  say(word: string, at: Date): void {
    this.write(`${SERVER}/word.ts`, `export const word: unknown = '${word}'`, at)
  }

  write(path: string, content: string, at: Date): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), content)
    this.age(path, at)
  }

  age(path: string, at: Date): void {
    utimesSync(join(this.root, path), at, at)
  }

  /** The folders of its bundles, and of those that are being made. */
  bundles(): readonly string[] {
    const folder = join(this.root, BUNDLES)
    return existsSync(folder) ? readdirSync(folder) : []
  }

  /** What a start says, what it says beside, and the module that it ran, below the root. */
  async start(): Promise<{ readonly said: string; readonly beside: string; readonly ran: string | undefined }> {
    const child = this.#spawn()
    if (child.stdout === null || child.stderr === null) throw new Error('it has no output')
    const [said, all] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const lines = all.split('\n')
    const ran = lines.flatMap((line) => /^CASCADE \d+: runs (.*)$/.exec(line)?.[1] ?? [])[0]
    const beside = lines.filter((line) => !/^(CASCADE |$)/.test(line)).join('\n')
    return { said: said.trim(), beside, ran: ran?.slice(this.root.length + 1) }
  }

  #spawn(): ChildProcess {
    const args = ['--disable-warning=ExperimentalWarning', join(this.root, 'tools/start.mjs')]
    return spawn(process.execPath, args, { env: { ...process.env, NODE_DEBUG: 'cascade' } })
  }
}

const bundled = expect.stringMatching(/^node_modules\/\.cache\/program\/[0-9a-f]{32}\/main\.js$/)
const LINE = 'Bundling the program, once, so that it starts faster ...'

test.for<{ name: string; change: (clone: Clone) => void }>([
  { name: 'an edited source', change: (clone) => clone.say('other', EDITED) },
  { name: 'a source that became older', change: (clone) => clone.age(SOURCES, new Date('2020-01-01')) },
  { name: 'a source of the same time and another length', change: (clone) => clone.say('longer', RESTED) },
  { name: 'a source that is gone', change: ({ root }) => rmSync(join(root, 'packages/contract/src/index.ts')) },
  { name: 'a source that is new, and old', change: (clone) => clone.write(`${SERVER}/new.ts`, '', RESTED) },
  {
    name: 'a source of another name',
    change: ({ root }) => renameSync(join(root, SERVER, 'word.ts'), join(root, SERVER, 'words.ts')),
  },
  { name: 'an asset', change: (clone) => clone.write(`${SERVER}/pages/style.css`, 'p {}', RESTED) },
  { name: 'a locked package', change: (clone) => clone.write('package-lock.json', '{ }', RESTED) },
  { name: 'an installation', change: (clone) => clone.age('node_modules/.package-lock.json', EDITED) },
  { name: 'the bundling', change: (clone) => clone.age('tools/packaging/bundle.ts', EDITED) },
  { name: 'a manifest', change: (clone) => clone.write('packages/server/package.json', '{}', RESTED) },
])('$name is noticed', ({ change }) => {
  const clone = new Clone()
  const before = describeBundle(clone.root)
  expect(describeBundle(clone.root)).toEqual(before)
  change(clone)
  expect(describeBundle(clone.root).folder).not.toBe(before.folder)
})

test('a test is in no bundle and changes none', () => {
  const clone = new Clone()
  const before = describeBundle(clone.root)
  clone.write(`${SERVER}/word.test.ts`, '', EDITED)
  expect(describeBundle(clone.root)).toEqual(before)
})

test('two first starts at the same time leave one bundle, which both run', { timeout: TEST_MS_MAX }, async () => {
  const clone = new Clone()
  for (const started of await Promise.all([clone.start(), clone.start()]))
    expect(started).toEqual({ said: 'first', beside: LINE, ran: bundled })
  expect(clone.bundles()).toHaveLength(1)
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: bundled })
})

test('an edited source is what runs next, at once; when it has rested, it is bundled', {
  timeout: TEST_MS_MAX,
}, async () => {
  const clone = new Clone()
  await clone.start()
  clone.say('edited', EDITED)
  expect(await clone.start()).toEqual({ said: 'edited', beside: '', ran: SOURCES })
  clone.say('edited', RESTED)
  expect(await clone.start()).toEqual({ said: 'edited', beside: LINE, ran: bundled })
  // An older commit brings back what was: its bundle is still there when the files are the same.
  clone.say('first', RESTED)
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: bundled })
})

test('a bundle of which a file is missing or cut off is made anew', { timeout: TEST_MS_MAX }, async () => {
  const clone = new Clone()
  const folder = dirname(join(clone.root, (await clone.start()).ran ?? ''))
  rmSync(join(folder, 'word.js'))
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: bundled })
  truncateSync(join(folder, 'files.json'), 5)
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: bundled })
  expect(clone.bundles()).toHaveLength(1)
})

test.for<{ name: string; prevent: (clone: Clone) => void; beside: string }>([
  {
    name: 'without a bundler',
    prevent: ({ root }) => rmSync(join(root, 'node_modules/rolldown')),
    beside: '',
  },
  {
    name: 'with a module that no bundle can serve',
    prevent: (clone) => clone.write(`${SERVER}/odd.ts`, 'export const place = import.meta.dirname', RESTED),
    beside: LINE,
  },
  {
    name: 'with a cache that is no folder',
    prevent: (clone) => clone.write('node_modules/.cache', '', RESTED),
    beside: LINE,
  },
])('$name the sources run', { timeout: TEST_MS_MAX }, async ({ prevent, beside }) => {
  const clone = new Clone()
  prevent(clone)
  expect(await clone.start()).toEqual({ said: 'first', beside, ran: SOURCES })
  expect(clone.bundles()).toEqual([])
})

test('a clock that is wrong makes no bundle of what was edited', async () => {
  const clone = new Clone()
  mkdirSync(join(clone.root, BUNDLES), { recursive: true })
  const now = RESTED.getTime() - 1000
  expect(await chooseProgram(clone.root, { now })).toBe(join(clone.root, SOURCES))
})
