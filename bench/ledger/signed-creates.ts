import { join } from 'node:path'
import type { BenchContext } from '../bench-context.ts'
import { InProcess, toCreate } from '../instance/in-process.ts'
import { withCpu } from '../measure/cpu.ts'
import { inTurns, ratioOf, type Turns } from '../measure/in-turns.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import { createAtOnce } from '../sections/process.ts'

/** Creates of one round, by how many are under way at once: 256 entries are signed together. */
const CREATES = { 1: 256, 8: 512 } as const

interface Round {
  readonly times: Quantiles
  /** Processor time of each create, with the signing that it led to. */
  readonly cpuMs: number
}

/** What it adds to creates that the log is signed as it grows. */
export async function compareSignedCreates(context: BenchContext, folder: string): Promise<void> {
  const { report, options } = context
  await using plain = await InProcess.open(join(folder, 'unsigned'))
  await using signed = await InProcess.open(join(folder, 'signed'))
  await using log = await signed.signLog(join(folder, 'signed-mirror'))
  const nothing = async (): Promise<void> => undefined
  for (const [clients, count] of Object.entries(CREATES)) {
    const turns = await inTurns(
      options.rounds,
      () => measure(context, plain, Number(clients), count, nothing),
      () => measure(context, signed, Number(clients), count, () => log.checkpointer.sign()),
    )
    tell(report, `creates, ${clients} at once, nobody signs`, turns, 0)
    tell(report, `creates, ${clients} at once, the log is signed`, turns, 1)
    report.value(
      '  signed beside unsigned, p50',
      ratioOf(turns, ({ times }) => times.p50),
      '×',
    )
    report.value(
      '  signed beside unsigned, processor time',
      ratioOf(turns, ({ cpuMs }) => cpuMs),
      '×',
    )
  }
}

/** @param end what belongs to the round and not to the next one. */
async function measure(
  { corpus }: BenchContext,
  instance: InProcess,
  clients: number,
  count: number,
  end: () => Promise<unknown>,
): Promise<Round> {
  const inputs = corpus.draw(count).map(toCreate)
  const { value, cpuMs } = await withCpu(async () => {
    const { times } = await createAtOnce(instance, inputs, clients)
    await end()
    return quantilesOf(times)
  }, count)
  return { times: value, cpuMs }
}

function tell(report: BenchContext['report'], name: string, turns: Turns<Round>, side: 0 | 1): void {
  const rounds = turns.map((turn) => turn[side])
  report.times(name, medianOf(rounds.map(({ times }) => times)))
  report.value(
    '  processor time, all threads',
    rounds.map(({ cpuMs }) => cpuMs),
    'ms each',
  )
}
