#!/usr/bin/env node
// The command of the installed package: runs the program with a Node that is new enough. Runs on Node 20 and later.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { chooseNode, NODE_MAJOR_MIN, neededNode, ROOT, thisMachine } from '../tools/node-runtime.mjs'

/** Exit code for a failure of this program itself (EX_SOFTWARE of sysexits.h), distinct from what the program returns. */
const EXIT_BROKEN = 70

/** How often a program started by npx looks whether npm's shell is still there. */
const PARENT_CHECK_MS = 250

const MAIN = join(ROOT, 'dist/lib/main.js')

if (!existsSync(MAIN))
  fail(`${MAIN} is missing; in a clone, ./cascade is the command, and \`npm pack\` builds the package`)
const machine = thisMachine()
const node = chooseNode(machine, { prefer: 'own' })
if (node.kind === 'none') fail(node.curable ? runtimeMissing() : node.message)
const args = ['--disable-warning=ExperimentalWarning', MAIN, ...process.argv.slice(2)]
// Compiled code is kept beside the program, by every thread; where that folder cannot be written nothing is kept. A
// folder that others may write to would let them choose the code that runs.
const env = { NODE_COMPILE_CACHE: join(ROOT, '.cache/compile'), ...process.env }
if (canBecome()) become(node.path)
else process.exitCode = await run(node.path)

/**
 * The process becomes the program where the system can do that, so that signals and the process id mean the program.
 * Below npm a shell stands between: it ends at SIGTERM without handing it on, and somebody must notice.
 */
function canBecome() {
  return typeof process.execve === 'function' && process.platform !== 'win32' && !process.env.npm_lifecycle_event
}

/** @param {string} path */
function become(path) {
  process.execve?.(path, [path, ...args], env)
}

/**
 * Runs to the end and gives the exit code to pass on; 128 + number for a program that a signal ended, as shells do.
 *
 * @param {string} path
 * @returns {Promise<number>}
 */
function run(path) {
  const child = spawn(path, args, { env, stdio: 'inherit' })
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => child.kill(signal)
  process.on('SIGTERM', passOn)
  process.on('SIGHUP', passOn)
  // A terminal sends Ctrl-C to the child as well, and twice would mean "at once"; without a terminal only we get it.
  process.on('SIGINT', (signal) => process.stdin.isTTY || passOn(signal))
  if (process.env.npm_lifecycle_event) stopWithParent(child)
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
    child.on('error', (error) => fail(`${path} could not be started: ${error.message}`))
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function stopWithParent(child) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  watch.unref()
}

function runtimeMissing() {
  return (
    `${neededNode(machine)}, and the package that brings it is not installed: optional packages were left out ` +
    '(--omit=optional, --no-optional) or could not be downloaded. Install forge-cascade again with them, or install ' +
    `the newest Node.js ${NODE_MAJOR_MIN} from https://nodejs.org.`
  )
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`forge-cascade: ${message}\n`)
  process.exit(EXIT_BROKEN)
}
