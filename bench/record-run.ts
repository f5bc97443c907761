import { join } from 'node:path'
import { ROOT } from '../tools/node-runtime.mjs'
import { assertFollowable, environmentHere, RECORDS, writeRecord } from '../tools/validation/record-folder.ts'
import { type MetricSamples, SAMPLES_MAX, type ValidationModule } from '../tools/validation/validation-record.ts'
import type { BenchOptions, Section } from './options.ts'
import { MACHINE, type Row } from './report.ts'

export interface MeasuredRun {
  readonly options: Pick<BenchOptions, 'documents' | 'questions' | 'rounds' | 'leaves' | 'seed'>
  readonly rows: readonly Row[]
  readonly startedAt: Date
  readonly endedAt: Date
}

/** Sections that are about another part than the memory, with the word that their heading begins with. */
const OTHERS: readonly { readonly section: Section; readonly heading: string; readonly module: ValidationModule }[] = [
  { section: 'ledger', heading: 'The log', module: 'ledger' },
  { section: 'policy', heading: 'Policies', module: 'security' },
  { section: 'drift', heading: 'The gate: anomalies', module: 'security' },
  { section: 'gate', heading: 'The gate', module: 'security' },
]

const moduleOf = ({ section }: Row): ValidationModule =>
  OTHERS.find(({ heading }) => section.startsWith(heading))?.module ?? 'memory'

/** The same before there are rows. The floor is about nothing of ours, and not recorded. */
const modulesOf = (sections: ReadonlySet<Section>): ReadonlySet<ValidationModule> =>
  new Set(
    [...sections]
      .filter((section) => section !== 'floor')
      .map((section) => OTHERS.find((other) => other.section === section)?.module ?? 'memory'),
  )

/** Keeps a run. @returns the paths of the records, one for each part of the product that was measured. */
export type RecordRun = (run: MeasuredRun) => readonly string[]

/**
 * Looks, before anything is measured, whether records can follow those that are there.
 *
 * @returns what keeps the run afterwards. It throws an Error where a sample of the run is no finite number.
 * @throws Error where the records of a part that will be measured are broken: a run takes long.
 */
export function openRecords(sections: ReadonlySet<Section>, folder = join(ROOT, RECORDS)): RecordRun {
  for (const module of modulesOf(sections)) assertFollowable(folder, module)
  return (run) => recordRun(run, folder)
}

function recordRun(run: MeasuredRun, folder: string): readonly string[] {
  const { documents, questions, rounds, leaves, seed } = run.options
  // A record has what is said of the machine as its environment, and nothing there names it.
  const rows = run.rows.filter(({ section, samples }) => section !== MACHINE && samples.length > 0)
  return [...new Set(rows.map(moduleOf))].map((module) =>
    writeRecord(folder, {
      ...{ module, kind: 'benchmark', startedAt: run.startedAt, endedAt: run.endedAt, tests: null },
      environment: environmentHere(),
      conditions: { documents, questions, rounds, leaves, seed },
      metrics: namedOnce(rows.filter((row) => moduleOf(row) === module)),
    }),
  )
}

/** Rows below another one have its name before theirs: `processor time` stands below many. */
function namedOnce(rows: readonly Row[]): readonly MetricSamples[] {
  let above = ''
  return rows.map(({ section, name, samples, unit }) => {
    if (!name.startsWith(' ')) above = name
    const whole = name.startsWith(' ') ? `${above}: ${name.trim()}` : name
    return { name: `${section}: ${whole}`, unit, samples: thinned(samples) }
  })
}

/** At most so many as a record keeps, evenly taken from all in their order of size, so that their quantiles stay. */
function thinned(samples: readonly number[]): number[] {
  if (samples.length <= SAMPLES_MAX) return [...samples]
  const sorted = samples.toSorted((one, two) => one - two)
  return Array.from(
    { length: SAMPLES_MAX },
    (_, at) => sorted[Math.floor(((at + 0.5) * samples.length) / SAMPLES_MAX)]!,
  )
}
