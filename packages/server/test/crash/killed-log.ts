import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { childProgram } from '../child-program.ts'
import type { LedgerLeg, LedgerLine } from './ledger-leg.ts'

const CHILD = childProgram(new URL('./ledger-child.ts', import.meta.url))
/** One that has not come by its point within this never will, and is ended with another signal. */
const LIFE_MS = 60_000

/** When one that does not end itself is killed: so long after it was started, or after it has said so many lines. */
export type Kill =
  | { readonly after: 'start'; readonly ms: number }
  | { readonly after: 'lines'; readonly count: number; readonly ms: number }

/** Runs a process on the log until it is cut off; answers the whole lines that it said. Rejects when it ends otherwise. */
export async function runKilledLog(leg: LedgerLeg, kill?: Kill): Promise<readonly LedgerLine[]> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(leg)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIFE_MS,
  })
  let [output, errors] = ['', '']
  const enough = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (kill?.after === 'lines' && output.split('\n').length > kill.count) enough.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = once(child, 'close')
  if (kill?.after === 'start') enough.resolve()
  if (kill) {
    await Promise.race([enough.promise.then(() => pause(kill.ms)), closed])
    child.kill('SIGKILL')
  }
  await closed
  if (child.signalCode !== 'SIGKILL' || errors !== '') throw new Error(`it ended with ${child.exitCode}: ${errors}`)
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
  // Whole lines were written by the process of this folder, from values of this type.
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerLine)
}
