// Which module a start of this clone runs: its bundle, which is made where it is not there, or its sources.
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { debug, describeBundle, isWhole, MAIN, messageOf } from './clone-bundle.mjs'

const SOURCES = 'packages/server/src/main.ts'
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
    const isEdited = Math.abs(now - changedAt) < REST_MS && existsSync(dirname(folder))
    if (isEdited) debug('the sources run: a file changed %d s ago', (now - changedAt) / 1000)
    else if (canBuild(root, folder, now)) await buildAlone(root, folder, now)
    if (!isWhole(folder)) return undefined
  }
  markUsed(folder, now)
  return folder
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
  mkdirSync(dirname(folder), { recursive: true })
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
