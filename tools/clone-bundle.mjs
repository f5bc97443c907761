// The bundle that a clone makes of its program, because it starts in half the time that the sources take.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { debuglog } from 'node:util'

/** A bundle lies in a folder of its own, which is named after the times and lengths of the files that it was made of. */
const CACHE = 'node_modules/.cache'
/** Name and size of each file of a bundle, in its folder. */
export const LISTING = 'files.json'
/** The module that is the program. */
export const MAIN = 'main.js'
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

/** `NODE_DEBUG=cascade` shows why the sources run. */
export const debug = debuglog('cascade')

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

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error))
