// npm's entry points: installs what is missing, then runs a task with the pinned Node. Runs on Node 20 and later.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, NODE_MISSING, ROOT } from './node-runtime.mjs'

const CLI = 'packages/server/src/main.ts'
const QUIET = ['--disable-warning=ExperimentalWarning']
const TASKS = {
  cascade: [[...QUIET, CLI]],
  test: [['node_modules/vitest/vitest.mjs', 'run']],
  check: [[...QUIET, 'tools/check.ts']],
  bench: [[...QUIET, 'bench/run.ts']],
  campaign: [[...QUIET, 'tools/campaign.ts']],
  generate: [[...QUIET, 'tools/generate.ts']],
}

const [task, ...rest] = process.argv.slice(2)
if (!Object.hasOwn(TASKS, task ?? '')) fail(`expected one of ${Object.keys(TASKS).join(', ')}; got "${task ?? ''}"`)
installWhatIsMissing()
const node = findNode()
if (node === undefined) fail(NODE_MISSING)
for (const [index, command] of TASKS[task].entries()) {
  const last = index === TASKS[task].length - 1
  const code = await run(node, last ? [...command, ...rest] : command)
  if (code !== 0) process.exit(code)
}

function installWhatIsMissing() {
  const installed = join(ROOT, 'node_modules/.package-lock.json')
  const lock = join(ROOT, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 1000) return
  process.stderr.write('Installing dependencies (npm ci) ...\n')
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const done = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
  if (done.status !== 0) fail('npm ci failed; the lines above say why. Mend that and run the command again.')
}

function run(command, args) {
  const child = spawn(command, args, { cwd: task === 'cascade' ? process.cwd() : ROOT, stdio: 'inherit' })
  // The child gets the terminal's Ctrl-C itself; signals sent to this process alone are passed on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {
    // The child decides when it is done; this process waits for it.
  })
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
    child.on('error', (error) => fail(error.message))
  })
}

function fail(message) {
  process.stderr.write(`forge-cascade: ${message}\n`)
  process.exit(70)
}
