// Runs a program as if it were this one: its streams, its signals, its exit code. Runs on Node 20 and later.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How often a program started by npm looks whether npm's shell is still there. */
const PARENT_CHECK_MS = 250

/**
 * Runs to the end and gives the exit code to pass on; 128 + number for a program that a signal ended, as shells do.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} rejects when it cannot be started.
 */
export function runToEnd(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => child.kill(signal)
  process.on('SIGTERM', passOn)
  process.on('SIGHUP', passOn)
  // A terminal sends Ctrl-C to the child as well, and twice would mean "at once"; without a terminal only we get it.
  process.on('SIGINT', (signal) => process.stdin.isTTY || passOn(signal))
  if (process.env.npm_lifecycle_event) stopWithParent(child)
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
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
