// Finds the Node.js that runs this project. Free of dependencies and of new syntax: it runs on whatever Node the machine has.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/**
 * What Node is told when it runs the cascade command. A start leaves much behind that is soon garbage: with room for it from the
 * beginning a short command takes about a tenth less processor time, and 15 MB more memory.
 */
export const PROGRAM_FLAGS = ['--disable-warning=ExperimentalWarning', '--min-semi-space-size=16']

/** Where compiled code is kept, by every thread of every process: the next start takes half the time. */
export const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compile')
export const NODE_MAJOR_MIN = 24
/** The SQLite inside Node; older ones can corrupt a database. The server checks the same (packages/server/src/runtime.ts). */
export const SQLITE_MIN = [3, 51, 3]

/**
 * @typedef {object} Machine
 * @property {string} platform as in `process.platform`
 * @property {string} arch as in `process.arch`
 * @property {boolean} musl true where the C library is musl: the pinned binaries are linked against glibc
 * @property {string} version of the running Node, as in `process.version`
 * @property {string | undefined} sqlite version of the SQLite in the running Node, as in `process.versions.sqlite`
 * @property {string} execPath of the running Node
 * @property {readonly string[]} offered names of the runtime packages that the repository pins
 * @property {(name: string, file: string) => string | undefined} resolve path of `file` in the installed package
 * `name`, undefined when it is not there
 */

/**
 * `curable`: a pinned runtime exists for this machine and only its installation is missing.
 *
 * @typedef {{ kind: 'pinned' | 'own', path: string } | { kind: 'none', curable: boolean, message: string }} NodeChoice
 */

/**
 * The pinned runtime that npm installed for this machine and the running Node where it is new enough, the preferred one
 * of both; without either, the sentence that says what to do.
 *
 * @param {Machine} machine
 * @param {{ prefer?: 'pinned' | 'own' }} [options]
 * @returns {NodeChoice}
 */
export function chooseNode(machine, { prefer = 'pinned' } = {}) {
  const [name, file] = pinnedBinary(machine)
  const ownFits = isNewEnough(machine)
  if (ownFits && prefer === 'own') return { kind: 'own', path: machine.execPath }
  const pinned = machine.musl ? undefined : machine.resolve(name, file)
  if (pinned !== undefined) return { kind: 'pinned', path: pinned }
  if (ownFits) return { kind: 'own', path: machine.execPath }
  const curable = !machine.musl && machine.offered.includes(name)
  return { kind: 'none', curable, message: curable ? notInstalled(machine, name) : nodeMissing(machine) }
}

/** @returns {Machine} this machine */
export function thisMachine() {
  return {
    platform: process.platform,
    arch: process.arch,
    musl: process.platform === 'linux' && !hasGlibc(),
    version: process.version,
    sqlite: process.versions.sqlite,
    execPath: process.execPath,
    offered: Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).optionalDependencies),
    resolve: resolveInstalled,
  }
}

/**
 * Package and file of the runtime for a platform. The package carries `os` and `cpu`, so npm installs the fitting one only.
 *
 * @param {{ platform: string, arch: string }} machine
 * @returns {[name: string, file: string]}
 */
function pinnedBinary({ platform, arch }) {
  return platform === 'win32' ? [`node-win-${arch}`, 'bin/node.exe'] : [`node-${platform}-${arch}`, 'bin/node']
}

/** @param {string} version */
const majorOf = (version) => Number(version.replace(/^v/, '').split('.')[0])

/** @param {Pick<Machine, 'version' | 'sqlite'>} own */
const isNewEnough = ({ version, sqlite }) => majorOf(version) >= NODE_MAJOR_MIN && hasSqlite(sqlite ?? '0')

/** @param {string} version */
function hasSqlite(version) {
  const parts = version.split('.').map(Number)
  const differs = SQLITE_MIN.findIndex((least, index) => parts[index] !== least)
  return differs < 0 || (parts[differs] ?? 0) > (SQLITE_MIN[differs] ?? 0)
}

/**
 * The sentence that says what is needed and what is there.
 *
 * @param {Pick<Machine, 'version' | 'sqlite'>} own
 */
export const neededNode = ({ version, sqlite }) =>
  majorOf(version) < NODE_MAJOR_MIN
    ? `Node.js ${NODE_MAJOR_MIN} or newer is needed; this is ${version}`
    : `A Node.js with SQLite ${SQLITE_MIN.join('.')} or newer is needed; this is ${version} with SQLite ${sqlite ?? 'missing'}`

/** @param {Machine} machine */
const nodeMissing = (machine) =>
  `${neededNode(machine)}, and npm has no pinned runtime for ${machine.platform}-${machine.arch}` +
  `${machine.musl ? ' with musl' : ''}. Install the newest Node.js ${NODE_MAJOR_MIN} from https://nodejs.org and run the command again.`

/**
 * npm passes over an optional package that it could not download, without a word.
 *
 * @param {Machine} machine
 * @param {string} name
 */
const notInstalled = (machine, name) =>
  `${neededNode(machine)}, and npm left out the package ${name} that brings it. ` +
  'Check the connection to the npm registry and that optional packages are not switched off, then run `npm ci` and the command again.'

function hasGlibc() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
  return report.header?.glibcVersionRuntime !== undefined
}

/**
 * @param {string} name
 * @param {string} file
 */
function resolveInstalled(name, file) {
  const require = createRequire(join(ROOT, 'package.json'))
  try {
    const path = join(dirname(require.resolve(`${name}/package.json`)), file)
    return existsSync(path) ? path : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
