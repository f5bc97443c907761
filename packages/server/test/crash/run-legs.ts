import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { childProgram } from '../child-program.ts'
import type { Leg, LegEnd, LegsLine, LegsOrder } from './import-legs.ts'
import type { ImportState } from './import-state.ts'

const CHILD = childProgram(new URL('./import-child.ts', import.meta.url))

export interface LegsRun {
  /** What each import did in the last process that it needed. */
  readonly ends: readonly LegEnd[]
  readonly result: ImportState
  /** Imports that were cut off, each as often as it was. */
  readonly cuts: number
}

/**
 * Imports by all doors at the same time, in as many processes as it takes: one that is killed is followed by one that
 * goes on with what did not come to its end.
 *
 * @param folder for what the processes are told.
 * @throws Error for a process that ends in any other way.
 */
export async function runLegs(
  doors: readonly Leg[],
  folder: string,
  order: Pick<LegsOrder, 'data' | 'afterMs' | 'since'>,
): Promise<LegsRun> {
  const ends: LegEnd[] = []
  let [legs, cuts] = [doors, 0]
  for (;;) {
    const { said, isKilled } = await runChild({ ...order, doors, legs }, folder)
    ends.push(...said.flatMap((line) => ('end' in line ? line.end : [])))
    const result = said.flatMap((line) => ('result' in line ? line.result : []))[0]
    if (result) return { ends, result, cuts }
    if (!isKilled) throw new Error('a process ended before its imports did')
    legs = legs.filter(({ name }) => !ends.some((end) => end.name === name))
    legs = legs.map((leg) => ({ ...leg, deaths: leg.deaths.slice(1) }))
    cuts += legs.length
  }
}

async function runChild(
  order: LegsOrder,
  folder: string,
): Promise<{ readonly said: readonly LegsLine[]; readonly isKilled: boolean }> {
  const file = join(folder, 'order.json')
  writeFileSync(file, JSON.stringify(order))
  const child = spawn(process.execPath, [CHILD, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const isKilled = child.signalCode === 'SIGKILL'
  if (!isKilled && child.exitCode !== 0) throw new Error(`the process ended with ${child.exitCode}: ${complaint}`)
  const lines = output.split('\n').slice(0, -1)
  // The child says nothing else.
  return { said: lines.map((line) => JSON.parse(line) as LegsLine), isKilled }
}
