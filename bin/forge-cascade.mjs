#!/usr/bin/env node
// The command of the installed package: runs the program with a Node that is new enough. Runs on Node 20 and later.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chooseNode, NODE_MAJOR_MIN, neededNode, PROGRAM_FLAGS, ROOT, thisMachine } from '../tools/node-runtime.mjs'
import { runToEnd } from '../tools/run-to-end.mjs'

/** Exit code for a failure of this program itself (EX_SOFTWARE of sysexits.h), distinct from what the program returns. */
const EXIT_BROKEN = 70

const MAIN = join(ROOT, 'dist/lib/main.js')

if (!existsSync(MAIN))
  fail(`${MAIN} is missing; in a clone, ./cascade is the command, and \`npm pack\` builds the package`)
const machine = thisMachine()
const node = chooseNode(machine, { prefer: 'own' })
if (node.kind === 'none') fail(node.curable ? runtimeMissing() : node.message)
const args = [...PROGRAM_FLAGS, MAIN, ...process.argv.slice(2)]
// Compiled code is kept beside the program, by every thread; where that folder cannot be written nothing is kept. A
// folder that others may write to would let them choose the code that runs.
const env = { NODE_COMPILE_CACHE: join(ROOT, '.cache/compile'), ...process.env }
if (canBecome()) become(node.path)
else process.exitCode = await runToEnd(node.path, args, { env }).catch((error) => fail(error.message))

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
