import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { toRfc3339 } from '../../packages/server/src/base/index.ts'
import { FIRST_PREV, type LedgerRecord, toLeaf } from '../../packages/server/src/platform/ledger/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { openWorld, type World } from '../instance/open-world.ts'
import { inTurns, ratioOf, type Turns } from '../measure/in-turns.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import type { TargetName } from '../targets.ts'
import { makeRecord, newId } from './records.ts'

/** Records of one append, how many appends a round has, and what the log beside JSONL must reach. */
const SIZES = [
  { group: 1, appends: 64, target: 'appendBesideJsonl' },
  { group: 64, appends: 8, target: 'groupBesideJsonl' },
] as const satisfies readonly { group: number; appends: number; target: TargetName }[]
/** Rounds for each round of the others: they are short. */
const ROUNDS_EACH = 4

interface Round {
  /** Records a second. */
  readonly rate: number
  /** Of one append. */
  readonly times: Quantiles
}

/** Makes records durable; resolves when they are. */
type Append = (records: readonly LedgerRecord[]) => Promise<void>

/** Records into the log and, by turns, as lines of JSON into a file that is synced as often. */
export async function compareAppends({ report, options }: BenchContext, folder: string): Promise<void> {
  const world = await openWorld(join(folder, 'appends'))
  await using _ = world.store
  using jsonl = new Jsonl(join(folder, 'appends.jsonl'))
  const [toFile, toLog] = [jsonl.append, appendTo(world)]
  for (const { group, appends, target } of SIZES) {
    const turns = await inTurns(
      options.rounds * ROUNDS_EACH,
      () => measure(toFile, group, appends),
      () => measure(toLog, group, appends),
    )
    const lines = group === 1 ? 'a line and fdatasync, one at a time' : `${group} lines and one fdatasync`
    const commands = group === 1 ? 'a command with a record, one at a time' : `${group} commands at once`
    tell(report, `JSONL, ${lines}`, turns, 0)
    tell(report, `the log, ${commands}`, turns, 1)
    report.value('  the log beside JSONL, records a second', ratioOf(turns, rateOf), '×', target)
  }
}

const rateOf = ({ rate }: Round): number => rate

function tell(report: BenchContext['report'], name: string, turns: Turns<Round>, side: 0 | 1): void {
  const rounds = turns.map((turn) => turn[side])
  const times = medianOf(rounds.map((round) => round.times))
  report.rate(name, rounds.map(rateOf), 'records', times)
}

async function measure(append: Append, group: number, appends: number): Promise<Round> {
  const groups = Array.from({ length: appends }, () => Array.from({ length: group }, makeRecord))
  const times: number[] = []
  const startedAt = performance.now()
  for (const records of groups) {
    const begun = performance.now()
    await append(records)
    times.push(performance.now() - begun)
  }
  const seconds = (performance.now() - startedAt) / 1000
  return { rate: (group * appends) / seconds, times: quantilesOf(times) }
}

/** A command for each record, all of them in one call. */
const appendTo =
  ({ store, call }: World): Append =>
  async (records) => {
    const { grant } = call('capsule.create')
    const commands = records.map((record) => ({
      ...{ id: newId().replaceAll('-', ''), grant, changes: [], records: [record], events: [] },
    }))
    const refused = (await store.append(commands)).find(({ ok }) => !ok)
    if (refused && !refused.ok) throw refused.error
  }

/** A file of entries of the log, one a line: as many bytes, but nobody hashes them. */
class Jsonl implements Disposable {
  readonly #file: number
  #index = 0

  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  append: Append = async (records) => {
    const time = toRfc3339(Date.now())
    const lines = records.map((record) => `${JSON.stringify(toLeaf(record, this.#index++, FIRST_PREV, time))}\n`)
    writeSync(this.#file, lines.join(''))
    fdatasyncSync(this.#file)
  };

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}
