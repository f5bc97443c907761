// npm's entry points: installs what is missing, then runs a task with the pinned Node. Runs on Node 20 and later.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { COMPILE_CACHE, chooseNode, PROGRAM_FLAGS, ROOT, thisMachine } from './node-runtime.mjs'
import { runToEnd } from './run-to-end.mjs'

/** Exit code for a failure of this program itself (EX_SOFTWARE of sysexits.h), distinct from what a task returns. */
const EXIT_BROKEN = 70

const QUIET = '--disable-warning=ExperimentalWarning'

/** What each task runs. Tasks of the repository run in its root; the cascade command keeps the caller's folder. */
const TASKS = {
  cascade: { args: [...PROGRAM_FLAGS, join(ROOT, 'tools/start.mjs')], cwd: process.cwd() },
  test: { args: ['node_modules/vitest/vitest.mjs', 'run'], cwd: ROOT },
  check: { args: [QUIET, 'tools/check.ts'], cwd: ROOT },
  bench: { args: [QUIET, 'bench/run.ts'], cwd: ROOT },
  recall: { args: [QUIET, 'bench/recall/run.ts'], cwd: ROOT },
  campaign: { args: [QUIET, 'tools/campaign.ts'], cwd: ROOT },
  'test-summary': { args: [QUIET, 'tools/test-summary.ts'], cwd: ROOT },
  artifacts: { args: [QUIET, join(ROOT, 'tools/artifacts.ts')], cwd: process.cwd() },
  'record-tests': { args: [QUIET, join(ROOT, 'tools/record-tests.ts')], cwd: process.cwd() },
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
const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env }
process.exitCode = await runToEnd(node.path, [...task.args, ...rest], { cwd: task.cwd, env }).catch((error) =>
  fail(error.message),
)

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
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`forge-cascade: ${message}\n`)
  process.exit(EXIT_BROKEN)
}
