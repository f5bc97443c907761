import type { Lag } from './measure/own-lag.ts'
import { median, type Quantiles } from './measure/quantiles.ts'
import type { Target, TargetName, Targets } from './targets.ts'

/** Heading of the section that tells what the machine is and can do: its processor stands there by name. */
export const MACHINE = 'The machine'

export interface Row {
  readonly section: string
  readonly name: string
  readonly measured: string
  readonly target: string
  readonly verdict: 'met' | 'missed' | ''
  readonly numbers: Readonly<Record<string, number>>
  /** What the number of the row is the middle of, in `unit`: calls, or rounds; none in a row without a number. */
  readonly samples: readonly number[]
  readonly unit: string
}

const NAME_WIDTH = 54
const MEASURED_WIDTH = 46

/** Gathers rows, prints each as it comes, and judges it where there is a target. */
export class Report {
  readonly rows: Row[] = []
  readonly #quiet: boolean
  readonly #targets: Targets
  #section = ''

  /** @param targets none for sizes that no target is about. */
  constructor({ quiet, targets }: { readonly quiet: boolean; readonly targets: Targets }) {
    this.#quiet = quiet
    this.#targets = targets
  }

  begin(section: string): void {
    this.#section = section
    this.#print(`\n${section}`)
  }

  /** Says what is under way, on standard error. */
  progress(text: string): void {
    process.stderr.write(`… ${text}\n`)
  }

  /** A line that is no row: part of something told elsewhere as a whole. */
  line(text: string): void {
    this.#print(text)
  }

  times(name: string, { p50, p95, samples, middles }: Quantiles, target?: TargetName): void {
    const measured = `p50 ${ms(p50)}  p95 ${ms(p95)} ms   (${samples})`
    this.#add(name, measured, { p50, p95, samples }, target, { samples: middles, unit: 'ms' })
  }

  /** @param rates of one measurement, or of each round: their median is the row's. */
  rate(name: string, rates: number | readonly number[], unit: string, times?: Quantiles, target?: TargetName): void {
    const perSecond = typeof rates === 'number' ? rates : median(rates)
    const spread = times ? `   p50 ${ms(times.p50)}  p95 ${ms(times.p95)} ms` : ''
    const numbers = { perSecond, ...(times ? { p50: times.p50, p95: times.p95 } : {}) }
    this.#add(name, `${Math.round(perSecond).toLocaleString('en')} ${unit}/s${spread}`, numbers, target, {
      samples: [rates].flat(),
      unit: `${unit}/s`,
    })
  }

  /** @param values of one measurement, or of each round: their median is the row's. */
  value(name: string, values: number | readonly number[], unit: string, target?: TargetName): void {
    const value = typeof values === 'number' ? values : median(values)
    const measured = `${value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0)} ${unit}`
    this.#add(name, measured, { value }, target, { samples: [values].flat(), unit })
  }

  /** A row without a number: why there is none. */
  note(name: string, text: string): void {
    this.#add(name, text, {}, undefined)
  }

  lag(name: string, { p99Ms, maxMs }: Lag, target: TargetName = 'lag'): void {
    this.#add(`main thread lag, ${name}`, `p99 ${ms(p99Ms)}  max ${ms(maxMs)} ms`, { p99: p99Ms, max: maxMs }, target)
  }

  #add(
    name: string,
    measured: string,
    numbers: Row['numbers'],
    targetName: TargetName | undefined,
    { samples, unit }: Pick<Row, 'samples' | 'unit'> = { samples: [], unit: '' },
  ): void {
    const target: Target | undefined = targetName && this.#targets[targetName]
    const verdict = target ? (isMet(target, numbers) ? 'met' : 'missed') : ''
    const row: Row = {
      section: this.#section,
      name,
      measured,
      target: target ? describe(target) : '',
      verdict,
      numbers,
      samples,
      unit,
    }
    this.rows.push(row)
    this.#print(
      `  ${name.padEnd(NAME_WIDTH)} ${measured.padEnd(MEASURED_WIDTH)} ${row.target} ${MARK[verdict]}`.trimEnd(),
    )
  }

  #print(line: string): void {
    if (!this.#quiet) process.stdout.write(`${line}\n`)
  }
}

const MARK = { met: '✓', missed: '✗ missed', '': '' } as const

const ms = (value: number): string => value.toFixed(value < 1 ? 3 : value < 100 ? 2 : 0)

const isMet = (target: Target, numbers: Row['numbers']): boolean =>
  Object.entries(target.atMost ?? {}).every(([key, most]) => (numbers[key] ?? Number.POSITIVE_INFINITY) <= most) &&
  Object.entries(target.atLeast ?? {}).every(([key, least]) => (numbers[key] ?? 0) >= least)

const describe = ({ atMost = {}, atLeast = {} }: Target): string =>
  [
    ...Object.entries(atMost).map(([key, most]) => `${key} ≤ ${most}`),
    ...Object.entries(atLeast).map(([key, least]) => `${key} ≥ ${least.toLocaleString('en')}`),
  ].join(', ')
