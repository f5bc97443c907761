import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchResult, benchmarkPage, pageOf } from './benchmark-page.ts'
import type { RecordRun } from './record-run.ts'
import type { Row } from './report.ts'

/** Where a result goes. */
export interface Takers {
  /** The folder of the page. */
  readonly reference: string
  /** Keeps the samples; none where nobody asked for it. */
  readonly record: RecordRun | undefined
  /** Takes what goes to standard output. */
  readonly print: (text: string) => void
  readonly progress: (text: string) => void
}

/** Hands a finished run over: the page and the numbers before the records, so that they stay where no record can be made of it. */
export function handOver(result: BenchResult, { reference, record, print, progress }: Takers): void {
  const { date, seconds, options, rows } = result
  // The stores have a page of their own.
  if (options.write && options.sections.size > 1) writeFileSync(join(reference, pageOf(options)), benchmarkPage(result))
  const missed = rows.filter(({ verdict }) => verdict === 'missed')
  print(options.json ? jsonOf(result) : `\n${seconds} s; ${missed.length} of the targets were missed.\n`)
  const startedAt = new Date(date.getTime() - seconds * 1000)
  for (const path of record?.({ options, rows, startedAt, endedAt: date }) ?? []) progress(`recorded in ${path}`)
}

const jsonOf = ({ options, ...result }: BenchResult): string =>
  `${JSON.stringify({ ...result, rows: result.rows.map(withoutSamples), options: { ...options, sections: [...options.sections] } })}\n`

/** Samples are for records; whoever reads the numbers wants what they come to. */
function withoutSamples({ samples: _, unit: __, ...row }: Row): Omit<Row, 'samples' | 'unit'> {
  return row
}
