import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { childProgram } from '../child-program.ts'
import { type Ack, parseAcks } from './workload.ts'

const SCRIPT = childProgram(new URL('./store-writer.ts', import.meta.url))
/** A writer that does not open its store within this never will. */
const OPEN_MS_MAX = 20_000

/** When the writer dies: so long after it was started, after its store answered, or after so many receipts. */
export type KillMoment =
  | { readonly after: 'start'; readonly ms: number }
  | { readonly after: 'open'; readonly ms: number }
  | { readonly after: 'receipts'; readonly count: number }

export interface KilledWriter {
  readonly acks: readonly Ack[]
  /** What it said of trouble of its own; empty when it was well until it was killed. */
  readonly errors: string
}

/**
 * Runs a writer on the folder and kills it (SIGKILL) at the moment; resolves when the process is gone.
 *
 * @param inFlight commands under way at any moment: few make many small commits, many make few large ones.
 */
export async function runKilledWriter(
  folder: string,
  seed: number,
  moment: KillMoment,
  { inFlight = 64 } = {},
): Promise<KilledWriter> {
  const child = spawn(process.execPath, [SCRIPT, folder, String(seed), String(inFlight)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let output = ''
  let errors = ''
  const heard = new Heard()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    heard.tell(output)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = Promise.all([exited, once(child.stdout, 'close'), once(child.stderr, 'close')])
  try {
    await Promise.race([until(moment, heard), exited])
  } finally {
    child.kill('SIGKILL')
    await closed
  }
  return { acks: parseAcks(output), errors }
}

async function until(moment: KillMoment, heard: Heard): Promise<void> {
  if (moment.after === 'start') return pause(moment.ms)
  await heard.lines(moment.after === 'receipts' ? 1 + moment.count : 1)
  if (moment.after === 'open') await pause(moment.ms)
}

/** Waits for a number of whole lines of output. */
class Heard {
  #lines = 0
  #wanted = Number.POSITIVE_INFINITY
  #resolve: () => void = () => undefined

  tell(output: string): void {
    this.#lines = output.split('\n').length - 1
    if (this.#lines >= this.#wanted) this.#resolve()
  }

  async lines(wanted: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = setTimeout(() => reject(new Error(`no line ${wanted} within ${OPEN_MS_MAX} ms`)), OPEN_MS_MAX)
    this.#wanted = wanted
    this.#resolve = resolve
    if (this.#lines >= wanted) resolve()
    await promise.finally(() => clearTimeout(late))
  }
}
