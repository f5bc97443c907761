// The bundle that a clone makes of its program, because it starts in half the time that the sources take.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debuglog } from 'node:util'

/** A bundle lies in a folder of its own, which is named after the times and lengths of the files that it was made of. */
const CACHE = 'node_modules/.cache'
const BUNDLES = `${CACHE}/program`
/** Name and size of each file of a bundle, in its folder. */
export const LISTING = 'files.json'
const MAIN = 'main.js'
const SOURCES = 'packages/server/src/main.ts'
/** What goes into a bundle, or decides what does. npm writes a lock file of its own at every installation. */
const FILES = [
  'node_modules/.package-lock.json',
  'package-lock.json',
  'tools/build-bundle.ts',
  'tools/clone-bundle.mjs',
]
const FOLDER = 'tools/packaging'
/** The bundler reads from them what JavaScript to write. */
const CONFIGURATION = /^tsconfig.*\.json$/
/** Of each package, in addition. */
const PACKAGE = { files: ['package.json', 'tsconfig.json'], folder: 'src' }
/** Whoever edits wants to see what it does, not to wait; a tree that has rested for this long is bundled anew. */
const REST_MS = 10 * 60_000
/** A build takes two seconds. */
const BUILD_MS_MAX = 60_000
/** Whoever holds a lock for longer was killed. */
const LOCK_MS_MAX = 2 * BUILD_MS_MAX
/** A build that failed is tried again after this long: a full disk or a busy machine may have been why. */
export const FAILED_MS_MAX = 24 * 3_600_000
/** A bundle says when it was used last, so exactly. */
const USED_MS = 24 * 3_600_000

/** `NODE_DEBUG=cascade` shows why the sources run. */
const debug = debuglog('cascade')

/**
 * The module to run: that of a bundle made of exactly the files that are there, else the sources. Without any bundle, or
 * when the files have rested since they changed, one is made first. Where that is not possible the sources run. A bundle
 * only saves time, so nothing that goes wrong with it stops a start.
 *
 * @param {string} root of the clone
 * @param {{ now?: number }} [options] `now`: milliseconds since 1970
 */
export async function chooseProgram(root, { now = Date.now() } = {}) {
  const folder = await findBundle(root, now).catch((error) => {
    debug('the sources run: %s', messageOf(error))
    return undefined
  })
  const program = folder === undefined ? join(root, SOURCES) : join(folder, MAIN)
  debug('runs %s', program)
  return program
}

/**
 * @param {string} root
 * @param {number} now
 */
async function findBundle(root, now) {
  const { folder, changedAt } = describeBundle(root)
  if (!isWhole(folder)) {
    const isEdited = Math.abs(now - changedAt) < REST_MS && existsSync(join(root, BUNDLES))
    if (isEdited) debug('the sources run: a file changed %d s ago', (now - changedAt) / 1000)
    else if (canBuild(root, folder, now)) await buildAlone(root, folder, now)
    if (!isWhole(folder)) return undefined
  }
  markUsed(folder, now)
  return folder
}

/**
 * Where the bundle of the files as they are now is or would be, and when the last source changed.
 *
 * @param {string} root
 * @param {{ name?: string, also?: readonly string[] }} [kind] `name` of the folder for such bundles; `also`: folders that go in
 * beside what goes into the program.
 */
export function describeBundle(root, { name = 'program', also = [] } = {}) {
  const hash = createHash('sha256')
  let changedAt = 0
  for (const path of inputsOf(root, also)) {
    const stat = statSync(`${root}/${path}`, { throwIfNoEntry: false })
    if (stat === undefined) continue
    // Times are compared for being equal: an older commit may bring older files, and a copied file any time. The time of
    // the last change of any kind, ctime, nobody can set.
    hash.update(`${path}\0${stat.mtimeMs}\0${stat.ctimeMs}\0${stat.size}\n`)
    if (path.startsWith('packages/')) changedAt = Math.max(changedAt, stat.mtimeMs)
  }
  return { folder: join(root, CACHE, name, hash.digest('hex').slice(0, 32)), changedAt }
}

/**
 * @param {string} root
 * @param {readonly string[]} also
 */
function inputsOf(root, also) {
  const configurations = readdirSync(root).filter((name) => CONFIGURATION.test(name))
  // A link is a package too: npm follows it.
  const packages = entriesOf(`${root}/packages`)
    .filter((entry) => !entry.isFile())
    .map(({ name }) => `packages/${name}`)
  const files = packages.flatMap((path) => PACKAGE.files.map((name) => `${path}/${name}`))
  const folders = [FOLDER, ...also, ...packages.map((path) => `${path}/${PACKAGE.folder}`)]
  return [...FILES, ...configurations, ...files, ...folders.flatMap((folder) => filesBelow(root, folder))].sort()
}

/**
 * Files below the folder, but for tests, which are in no bundle.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(root, folder) {
  return entriesOf(`${root}/${folder}`).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(root, path)
    return path.endsWith('.test.ts') ? [] : path
  })
}

/**
 * Nothing where there is no such folder: what a branch left behind has no sources, and any folder may go meanwhile.
 *
 * @param {string} folder
 */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/**
 * True when each file of the bundle is there in its length. A bundle comes into its place whole; what is missing somebody
 * took away.
 *
 * @param {string} folder
 */
export function isWhole(folder) {
  if (!existsSync(folder)) return false
  const damaged = sizesOf(folder).find(
    ([name, size]) =>
      typeof size !== 'number' || statSync(join(folder, name), { throwIfNoEntry: false })?.size !== size,
  )
  if (damaged) debug('%s in %s is not as it was made', damaged[0], folder)
  return damaged === undefined
}

/**
 * @param {string} folder
 * @returns {[name: string, size: unknown][]}
 */
function sizesOf(folder) {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, LISTING), 'utf8'))
    return [[MAIN, sizes[MAIN]], ...Object.entries(sizes)]
  } catch (error) {
    debug('%s in %s: %s', LISTING, folder, messageOf(error))
    return [[LISTING, 'unread']]
  }
}

/**
 * The bundles of the last days stay (tools/old-bundles.ts); those that nobody used go.
 *
 * @param {string} folder
 * @param {number} now
 */
function markUsed(folder, now) {
  if (isRecent(folder, now, USED_MS)) return
  try {
    utimesSync(folder, now / 1000, now / 1000)
  } catch (error) {
    debug('%s: %s', folder, messageOf(error))
  }
}

/**
 * @param {string} path
 * @param {number} now
 * @param {number} limitMs
 */
function isRecent(path, now, limitMs) {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Math.abs(now - stat.mtimeMs) < limitMs
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {number} now
 */
function canBuild(root, folder, now) {
  if (!existsSync(join(root, 'node_modules/rolldown'))) {
    debug('the sources run: rolldown, which makes the bundle, is not installed')
    return false
  }
  const failed = failureOf(folder)
  if (!isRecent(failed, now, FAILED_MS_MAX)) return true
  debug('the sources run: no bundle came of them before, as %s tells', failed)
  return false
}

/**
 * The file that says why these sources cannot be bundled.
 *
 * @param {string} folder
 */
const failureOf = (folder) => `${folder}.failed`

/**
 * Many may start at once: one of them bundles, the others run the sources meanwhile. A lock is a folder, which only one of
 * them makes; in a cache that cannot be written none does.
 *
 * @param {string} root
 * @param {string} folder
 * @param {number} now
 * @throws Error when there can be no lock.
 */
async function buildAlone(root, folder, now) {
  const lock = `${folder}.lock`
  mkdirSync(join(root, BUNDLES), { recursive: true })
  // Two may find that it is left over, and both build: each in a place of its own.
  if (existsSync(lock) && !isRecent(lock, now, LOCK_MS_MAX)) rmSync(lock, { recursive: true, force: true })
  mkdirSync(lock)
  try {
    // It may have come while this process looked for it.
    if (!isWhole(folder)) await build(root, folder)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * In a process of its own: the bundler and its memory are gone when the program runs.
 *
 * @param {string} root
 * @param {string} folder
 */
async function build(root, folder) {
  process.stderr.write('Bundling the program, once, so that it starts faster ...\n')
  // Loaded by the few starts that need it.
  const { spawnSync } = await import('node:child_process')
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'tools/build-bundle.ts')]
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: BUILD_MS_MAX })
  if (done.status === 0) return
  const reason = `${done.error ?? done.signal ?? done.status}: ${done.stderr}`
  debug('the sources run: no bundle came of it (%j)', reason)
  writeFileSync(failureOf(folder), reason)
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error))
