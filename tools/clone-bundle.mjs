// The bundle that a clone makes of its program, because it starts in half the time that the sources take.
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { debuglog } from 'node:util'

/** A bundle lies in a folder of its own, which is named after all that it was made of: there are no stale ones to be taken. */
const CACHE = 'node_modules/.cache'
const BUNDLES = `${CACHE}/program`
/** Name and size of each file of a bundle, in its folder. */
export const LISTING = 'files.json'
const SOURCES = 'packages/server/src/main.ts'
/** What goes into a bundle, or decides what does. npm writes a lock file of its own at every installation. */
const FILES = [
  'node_modules/.package-lock.json',
  'package-lock.json',
  'tools/build-bundle.ts',
  'tools/clone-bundle.mjs',
]
const FOLDER = 'tools/packaging'
/** Of each package, in addition. */
const PACKAGE = { file: 'package.json', folder: 'src' }
/** Whoever edits wants to see what it does, not to wait; a tree that has rested for this long is bundled anew. */
const REST_MS = 10 * 60_000
/** A build takes two seconds. */
const BUILD_MS_MAX = 60_000

/** `NODE_DEBUG=cascade` shows why the sources run. */
const debug = debuglog('cascade')

/**
 * The module to run: that of a bundle made of exactly the files that are there, else the sources. Without any bundle, or
 * when the files have rested since they changed, one is made first. Where that is not possible the sources run.
 *
 * @param {string} root of the clone
 * @param {{ now?: number }} [options] `now`: milliseconds since 1970
 */
export async function chooseProgram(root, { now = Date.now() } = {}) {
  const program = await choose(root, now)
  debug('runs %s', program)
  return program
}

/**
 * @param {string} root
 * @param {number} now
 */
async function choose(root, now) {
  const { folder, changedAt } = describeBundle(root)
  if (isWhole(folder)) return join(folder, 'main.js')
  const isEdited = Math.abs(now - changedAt) < REST_MS && existsSync(join(root, BUNDLES))
  if (isEdited) debug('the sources run: a file changed %d s ago', (now - changedAt) / 1000)
  else if (canBuild(root)) await build(root)
  return isWhole(folder) ? join(folder, 'main.js') : join(root, SOURCES)
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
    // Times are compared for being equal: an older commit may bring older files, and a copied file any time.
    hash.update(`${path}\0${stat?.mtimeMs}\0${stat?.size}\n`)
    if (path.startsWith('packages/')) changedAt = Math.max(changedAt, stat?.mtimeMs ?? 0)
  }
  return { folder: join(root, CACHE, name, hash.digest('hex').slice(0, 32)), changedAt }
}

/**
 * @param {string} root
 * @param {readonly string[]} also
 */
function inputsOf(root, also) {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  const files = packages.map((path) => `${path}/${PACKAGE.file}`)
  const folders = [FOLDER, ...also, ...packages.map((path) => `${path}/${PACKAGE.folder}`)]
  return [...FILES, ...files, ...folders.flatMap((folder) => filesBelow(root, folder))].sort()
}

/**
 * Files below the folder, but for tests, which are in no bundle.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(root, folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(root, path)
    return path.endsWith('.test.ts') ? [] : path
  })
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
    ([name, size]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size !== size,
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
    return Object.entries(JSON.parse(readFileSync(join(folder, LISTING), 'utf8')))
  } catch (error) {
    debug('%s in %s: %s', LISTING, folder, error instanceof Error ? error.message : error)
    return [[LISTING, 'unread']]
  }
}

/** @param {string} root */
function canBuild(root) {
  if (!existsSync(join(root, 'node_modules/rolldown'))) {
    debug('the sources run: rolldown, which makes the bundle, is not installed')
    return false
  }
  try {
    accessSync(join(root, 'node_modules'), constants.W_OK)
    return true
  } catch (error) {
    debug('the sources run: %s', error instanceof Error ? error.message : error)
    return false
  }
}

/**
 * In a process of its own: the bundler and its memory are gone when the program runs.
 *
 * @param {string} root
 */
async function build(root) {
  process.stderr.write('Bundling the program, once, so that it starts faster ...\n')
  // Loaded by the few starts that need it.
  const { spawnSync } = await import('node:child_process')
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'tools/build-bundle.ts')]
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: BUILD_MS_MAX })
  if (done.status !== 0) debug('the sources run: no bundle came of it (%s): %j', done.status, done.stderr)
}
