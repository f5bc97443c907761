import { availableParallelism, totalmem } from 'node:os'
import type { BenchOptions } from './options.ts'
import type { Row } from './report.ts'

export interface BenchResult {
  readonly date: Date
  readonly seconds: number
  readonly options: BenchOptions
  readonly rows: readonly Row[]
}

/** The file of the reference that shows a measurement of this size. */
export const pageOf = ({ documents }: Pick<BenchOptions, 'documents'>): string =>
  documents === 1_000_000 ? 'benchmarks-million.md' : 'benchmarks.md'

/** The page of the reference that shows the newest measurement. */
export function benchmarkPage({ date, seconds, options, rows }: BenchResult): string {
  const sections = Map.groupBy(rows, ({ section }) => section)
  const missed = rows.filter(({ verdict }) => verdict === 'missed')
  const met = rows.filter(({ verdict }) => verdict === 'met')
  return [
    options.documents === 1_000_000 ? '# Benchmarks with a million capsules' : '# Benchmarks',
    '',
    introduction(options.documents === 1_000_000 ? '--million --write' : '--write'),
    '',
    `## ${date.toISOString().slice(0, 10)}`,
    '',
    `${options.documents.toLocaleString('en')} documents, seed ${options.seed}; ${describeMachine()}; ${seconds} s in all.`,
    `${met.length} targets met, ${missed.length} missed.`,
    ...[...sections].flatMap(([section, own]) => ['', `### ${section}`, '', ...table(own)]),
    '',
  ].join('\n')
}

const introduction = (
  flags: string,
) => `What \`npm run bench -- ${flags}\` measured last, with its targets; what is missed says so. [The
method](../../bench/README.md) explains the rows.

A number means something only beside the first section of its own run, which tells how fast this machine's disk and processor were
at that hour (the append, the empty server) and how steady. Rows that wait little for the disk move along with it. Where steadiness
is far above 1, others used the machine, and processor time says more than wall time.`

const describeMachine = (): string =>
  `${availableParallelism()} cores, ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? ''}`

const table = (rows: readonly Row[]): readonly string[] => [
  '| what | measured | target | |',
  '| --- | --- | --- | --- |',
  ...rows.map(
    ({ name, measured, target, verdict }) => `| ${name.trim()} | ${measured.trim()} | ${target} | ${verdict} |`,
  ),
]
