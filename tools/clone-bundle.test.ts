import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeBundle } from './build-bundle.ts'
import { chooseProgram } from './choose-program.mjs'
import { describeBundle, isWhole } from './clone-bundle.mjs'
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
    cpSync(join(ROOT, 'tools'), join(this.root, 'tools'), {
      recursive: true,
      preserveTimestamps: true,
      // Models and programs that tools made: hundreds of megabytes, which no start reads.
      filter: (path) => basename(path) !== 'out',
    })
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

  /** The folders of its bundles. */
  bundles(): readonly string[] {
    return this.#cached().filter((name) => /^[0-9a-f]{32}$/.test(name))
  }

  /** What lies beside its bundles. */
  left(): readonly string[] {
    return this.#cached().filter((name) => !/^[0-9a-f]{32}$/.test(name))
  }

  /** Where the bundle of its files is or would be. */
  folder(): string {
    return describeBundle(this.root).folder
  }

  #cached(): readonly string[] {
    const folder = join(this.root, BUNDLES)
    return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : []
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
  {
    name: 'a source of the same time and length',
    change: (clone) => {
      const changedAt = () => statSync(join(clone.root, SERVER, 'word.ts')).ctimeMs
      const before = changedAt()
      // The clock of a file system may stand still for some milliseconds.
      do clone.say('thing', RESTED)
      while (changedAt() === before)
    },
  },
  { name: 'how to write JavaScript', change: (clone) => clone.write('tsconfig.base.json', '{}', RESTED) },
  {
    name: 'how to write that of a package',
    change: (clone) => clone.write('packages/server/tsconfig.json', '{}', RESTED),
  },
  {
    name: 'a package that is a link',
    change: ({ root }) => symlinkSync(join(root, 'packages/server'), join(root, 'packages/linked')),
  },
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

test.for<{ name: string; add: (clone: Clone) => void }>([
  { name: 'a file among the packages', add: (clone) => clone.write('packages/.DS_Store', 'x', EDITED) },
  { name: 'a folder without sources', add: (clone) => clone.write('packages/sdk/node_modules/x.js', 'x', EDITED) },
  {
    name: 'a folder that is gone when it is read',
    add: ({ root }) => symlinkSync(join(root, 'nowhere'), join(root, 'packages/gone')),
  },
  {
    name: 'a link to a file',
    add: ({ root }) => symlinkSync(join(root, 'package-lock.json'), join(root, 'packages/file')),
  },
  { name: 'a test', add: (clone) => clone.write(`${SERVER}/word.test.ts`, '', EDITED) },
])('$name is in no bundle and changes none', ({ add }) => {
  const clone = new Clone()
  const before = describeBundle(clone.root)
  add(clone)
  expect(describeBundle(clone.root)).toEqual(before)
})

test('a folder that cannot be read stops no start', async () => {
  const clone = new Clone()
  rmSync(join(clone.root, 'packages/contract/src'), { recursive: true })
  symlinkSync('src', join(clone.root, 'packages/contract/src'))
  expect(() => describeBundle(clone.root)).toThrow('ELOOP')
  expect(await chooseProgram(clone.root)).toBe(join(clone.root, SOURCES))
})

test('of two first starts at the same time one bundles, and both say what they should', {
  timeout: TEST_MS_MAX,
}, async () => {
  const clone = new Clone()
  const started = await Promise.all([clone.start(), clone.start()])
  expect(started.map(({ said }) => said)).toEqual(['first', 'first'])
  expect(started.map(({ beside }) => beside)).toContain(LINE)
  expect(clone.bundles()).toHaveLength(1)
  expect(clone.left()).toEqual([])
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: bundled })
})

test('while another start bundles the sources run; one that was killed holds nobody up', {
  timeout: TEST_MS_MAX,
}, async () => {
  const clone = new Clone()
  const lock = `${clone.folder()}.lock`
  mkdirSync(lock, { recursive: true })
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: SOURCES })
  utimesSync(lock, RESTED, RESTED)
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: bundled })
  expect(clone.left()).toEqual([])
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

test.for<{ name: string; listing: string }>([
  { name: 'nothing', listing: '' },
  { name: 'null', listing: 'null' },
  { name: 'no file', listing: '{}' },
  { name: 'no program', listing: '{ "other.js": 0 }' },
  { name: 'a file that is not there', listing: '{ "main.js": 2, "more.js": 3 }' },
  { name: 'another length', listing: '{ "main.js": 3 }' },
  { name: 'a file of no length', listing: '{ "main.js": 2, "more.js": null }' },
])('a bundle that lists $name is not whole', ({ listing }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries({ 'main.js': '{}', 'other.js': '', 'files.json': listing }))
    writeFileSync(join(folder, name), content)
  expect(isWhole(folder)).toBe(false)
})

test('a bundle lists all that it consists of', { timeout: TEST_MS_MAX }, async () => {
  const clone = new Clone()
  clone.write(`${SERVER}/style.css`, 'p {}', RESTED)
  clone.write(`${SERVER}/pages/more/.hidden`, 'word', RESTED)
  const places = ["new URL('style.css', import.meta.url)", "join(import.meta.dirname, 'pages')"]
  clone.write(`${SERVER}/places.ts`, `export const places = () => [${places.join(', ')}]`, RESTED)
  const folder = await makeBundle(clone.root)
  const listing: unknown = JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8'))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'files.json')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  expect(Object.keys(Object(listing)).sort()).toEqual(files.sort())
  expect(files).toEqual(expect.arrayContaining(['main.js', 'style.css', join('pages', 'more', '.hidden')]))
})

test('what lies in the place of a bundle makes way', { timeout: TEST_MS_MAX }, async () => {
  const clone = new Clone()
  const folder = clone.folder()
  clone.write(relative(clone.root, folder), 'not a bundle', RESTED)
  expect(await makeBundle(clone.root)).toBe(folder)
  expect(isWhole(folder)).toBe(true)
  expect(clone.left()).toEqual([])
})

test.for([
  { changes: 1, outcome: 'is bundled as it is then' },
  { changes: 9, outcome: 'is in no bundle' },
])(
  'a source that changes $changes times while it is bundled $outcome',
  {
    timeout: TEST_MS_MAX,
  },
  async ({ changes }) => {
    const clone = new Clone()
    let changed = 0
    const making = makeBundle(clone.root, {
      // Asked for when the name is known and nothing is read.
      get entries() {
        if (changed < changes) clone.say(`word ${changed++}`, RESTED)
        return {}
      },
    })
    if (changes > 1) await expect(making).rejects.toThrow('changed while they were bundled')
    else expect(await making).toBe(clone.folder())
    expect(clone.bundles()).toHaveLength(changes > 1 ? 0 : 1)
    expect(clone.left()).toEqual([])
  },
)

test('a start says that the bundle is used, once a day', { timeout: TEST_MS_MAX }, async () => {
  const clone = new Clone()
  const folder = await makeBundle(clone.root)
  const usedAt = async (now: number) => {
    expect(await chooseProgram(clone.root, { now })).toBe(join(folder, 'main.js'))
    return statSync(folder).mtimeMs
  }
  const later = Date.now() + 3 * 24 * 3_600_000
  expect(await usedAt(later)).toBeCloseTo(later, -1)
  expect(await usedAt(later + 3_600_000)).toBeCloseTo(later, -1)
})

test.for<{ name: string; prevent: (clone: Clone) => void }>([
  { name: 'without a bundler', prevent: ({ root }) => rmSync(join(root, 'node_modules/rolldown')) },
  { name: 'with a cache that is no folder', prevent: (clone) => clone.write('node_modules/.cache', '', RESTED) },
  { name: 'with a place for bundles that is none', prevent: (clone) => clone.write(BUNDLES, '', RESTED) },
])('$name the sources run, without a word', { timeout: TEST_MS_MAX }, async ({ prevent }) => {
  const clone = new Clone()
  prevent(clone)
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: SOURCES })
  expect(clone.bundles()).toEqual([])
})

test('what cannot be bundled is tried once, and again when it changed or a day is over', {
  timeout: TEST_MS_MAX,
}, async () => {
  const clone = new Clone()
  clone.write(`${SERVER}/odd.ts`, 'export const place = import.meta.dirname', RESTED)
  const failure = `${clone.folder()}.failed`
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: SOURCES })
  expect(readFileSync(failure, 'utf8')).toContain('odd.ts')
  expect(clone.left()).toEqual([basename(failure)])
  expect(await clone.start()).toEqual({ said: 'first', beside: '', ran: SOURCES })
  utimesSync(failure, RESTED, RESTED)
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: SOURCES })
  clone.write(`${SERVER}/odd.ts`, '', RESTED)
  expect(await clone.start()).toEqual({ said: 'first', beside: LINE, ran: bundled })
})

test('a clock that is wrong makes no bundle of what was edited', async () => {
  const clone = new Clone()
  mkdirSync(join(clone.root, BUNDLES), { recursive: true })
  const now = RESTED.getTime() - 1000
  expect(await chooseProgram(clone.root, { now })).toBe(join(clone.root, SOURCES))
})

test.for([
  { where: 'on a machine of a person', count: undefined, status: 0, said: 'run from the sources' },
  { where: 'in continuous integration', count: 'count.json', status: 1, said: 'odd.ts' },
])('$where tests without a bundle end with $status', ({ count, status, said }) => {
  const clone = new Clone()
  clone.write(`${SERVER}/odd.ts`, 'export const place = import.meta.dirname', RESTED)
  const setUp = JSON.stringify(pathToFileURL(join(clone.root, 'tools/test-setup.ts')).href)
  const project = '{ provide() {}, onTestsRerun() {} }'
  const code = `import setUp from ${setUp}; await setUp(${project})`
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    env: { ...process.env, TEST_COUNT_FILE: count },
  })
  expect(done.stderr).toContain(said)
  expect(done.status).toBe(status)
})
