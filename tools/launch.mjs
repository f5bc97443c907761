// npm's entry points: installs what is missing, then runs a task with the pinned Node. Runs on Node 20 and later.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { chooseNode, ROOT, thisMachine } from './node-runtime.mjs'

/** Exit code for a failure of this program itself (EX_SOFTWARE of sysexits.h), distinct from what a task returns. */
const EXIT_BROKEN = 70

/** How often a task started by npm looks whether npm's shell is still there. */
const PARENT_CHECK_MS = 250

const QUIET = '--disable-warning=ExperimentalWarning'

/** What each task runs. Tasks of the repository run in its root; the cascade command keeps the caller's folder. */
const TASKS = {
  cascade: { args: [QUIET, join(ROOT, 'packages/server/src/main.ts')], cwd: process.cwd() },
  test: { args: ['node_modules/vitest/vitest.mjs', 'run'], cwd: ROOT },
  check: { args: [QUIET, 'tools/check.ts'], cwd: ROOT },
  bench: { args: [QUIET, 'bench/run.ts'], cwd: ROOT },
  campaign: { args: [QUIET, 'tools/campaign.ts'], cwd: ROOT },
  'test-summary': { args: [QUIET, 'tools/test-summary.ts'], cwd: ROOT },
  generate: { args: [QUIET, 'tools/generate.ts'], cwd: ROOT },
  package: { args: [QUIET, 'tools/build-package.ts'], cwd: ROOT },
}

const [name = '', ...rest] = process.argv.slice(2)
const task = taskOf(name) ?? fail(`expected one of ${Object.keys(TASKS).join(', ')}; got "${name}"`)
if (!isInstalled()) install()
let node = chooseNode(thisMachine())
if (node.kind === 'none' && node.curable) {
  install()
  node = chooseNode(thisMachine())
}
if (node.kind === 'none') fail(node.message)
process.exitCode = await run(node.path, [...task.args, ...rest], task.cwd)

/** @param {string} key */
function taskOf(key) {
  return Object.entries(TASKS).find(([task]) => task === key)?.[1]
}

function install() {
  process.stderr.write('Installing dependencies (npm ci), once ...\n')
  const done = runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (done.error) fail(`npm could not be started (${done.error.message}); Node.js from https://nodejs.org brings it`)
  if (done.status !== 0) fail('npm ci failed; the lines above say why. Mend that and run the command again.')
}

/** npm writes its own lock file last, so an install that was cut short counts as missing, and so does an older one. */
function isInstalled() {
  const installed = join(ROOT, 'node_modules/.package-lock.json')
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs
}

/**
 * The npm that called this program when there is one, else the one on the path. Standard output belongs to the task, so
 * npm writes to standard error. `error` level: packages for tools declare a newer Node than the one that installs them,
 * and they run with the pinned one.
 *
 * @param {string[]} args
 */
function runNpm(args) {
  const options = { cwd: ROOT, stdio: /** @type {['ignore', number, number]} */ (['ignore', 2, 2]) }
  const script = process.env.npm_execpath
  if (script?.endsWith('npm-cli.js')) return spawnSync(process.execPath, [script, ...args], options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

/**
 * Runs to the end and gives the exit code to pass on; 128 + number for a child that a signal ended, as shells do.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>}
 */
function run(command, args, cwd) {
  // Compiled sources are kept, in every thread, so that the next start takes half the time.
  const env = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile'), ...process.env }
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => child.kill(signal)
  process.on('SIGTERM', passOn)
  process.on('SIGHUP', passOn)
  // A terminal sends Ctrl-C to the child as well, and twice would mean "at once"; without a terminal only we get it.
  process.on('SIGINT', (signal) => process.stdin.isTTY || passOn(signal))
  if (process.env.npm_lifecycle_event) stopWithParent(child)
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
    child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
  })
}

/**
 * npm hands SIGTERM to the shell between it and us, and that shell ends without handing it on. Its end is the signal.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function stopWithParent(child) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  watch.unref()
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`forge-cascade: ${message}\n`)
  process.exit(EXIT_BROKEN)
}
