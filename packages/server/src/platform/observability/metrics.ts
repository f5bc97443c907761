import { createRequire } from 'node:module'
import type * as Prometheus from 'prom-client'
import type { Counter, Gauge, Histogram } from 'prom-client'
import { lazy } from '#base'
import { withDeadline } from '#lifecycle'
import {
  METRICS,
  type MetricLabels,
  type MetricName,
  type MetricOf,
  type MetricRow,
  type PlainGauge,
} from './metric-table.ts'

/** More combinations of label values than this are counted together under `other`. */
export const SERIES_MAX = 500
export const LABEL_LENGTH_MAX = 100
/** How long a source of gauges may take while a scrape waits for it. */
export const COLLECT_MS = 1_000
export const SOURCES_MAX = 50

export type GaugeValues = Readonly<Partial<Record<PlainGauge, number>>>
/** Asked at each scrape for the gauges that are cheaper to read than to keep. */
export type GaugeSource = () => GaugeValues | Promise<GaugeValues>

type LabelArguments<Name extends MetricName> = (typeof METRICS)[Name]['labels'] extends readonly []
  ? []
  : [labels: MetricLabels<Name>]

const BOOT_STATUSES = ['ready', 'degraded', 'failed'] as const
const OTHER = 'other'

const require = createRequire(import.meta.url)
/** Every command loads this folder for its log, and only a served instance counts. What is required is as its types say. */
const prometheus = lazy(() => require('prom-client') as typeof Prometheus)

/** The metrics of one instance, in a registry of its own. Only rows of {@link METRICS} exist. */
export class Metrics {
  readonly #registry = new (prometheus().Registry)()
  readonly #histograms = new Map<string, Histogram>()
  readonly #counters = new Map<string, Counter>()
  readonly #gauges = new Map<string, Gauge>()
  readonly #series = new Map<string, Set<string>>()
  readonly #sources = new Set<GaugeSource>()

  constructor() {
    for (const [name, row] of Object.entries(METRICS)) this.#define(name, row)
  }

  /** Adds a measured value, in the unit of the metric's name. */
  observe<Name extends MetricOf<'histogram'>>(name: Name, value: number, ...labels: LabelArguments<Name>): void {
    this.#histograms.get(name)?.observe(this.#bound(name, labels[0]), value)
  }

  count<Name extends MetricOf<'counter'>>(name: Name, by = 1, ...labels: LabelArguments<Name>): void {
    this.#counters.get(name)?.inc(this.#bound(name, labels[0]), by)
  }

  set<Name extends MetricOf<'gauge'>>(name: Name, value: number, ...labels: LabelArguments<Name>): void {
    this.#gauges.get(name)?.set(this.#bound(name, labels[0]), value)
  }

  setBoot(status: (typeof BOOT_STATUSES)[number], seconds: number): void {
    for (const each of BOOT_STATUSES) this.set('cascade_boot_status', each === status ? 1 : 0, { status: each })
    this.set('cascade_boot_seconds', seconds)
  }

  /** Asks `source` at each scrape; the handle takes it away. */
  onCollect(source: GaugeSource): Disposable {
    if (this.#sources.size >= SOURCES_MAX) throw new RangeError(`more than ${SOURCES_MAX} sources of gauges`)
    this.#sources.add(source)
    return { [Symbol.dispose]: () => void this.#sources.delete(source) }
  }

  /** The text of a scrape with its content type. A source that fails is counted and keeps its older values. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    await Promise.all([...this.#sources].map((source) => this.#collect(source)))
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  #define(name: string, { type, help, labels, buckets }: MetricRow): void {
    const { Counter, Gauge, Histogram } = prometheus()
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] }
    if (type === 'histogram') this.#histograms.set(name, new Histogram({ ...common, buckets: [...(buckets ?? [])] }))
    else if (type === 'counter') this.#counters.set(name, new Counter(common))
    else this.#gauges.set(name, new Gauge(common))
  }

  async #collect(source: GaugeSource): Promise<void> {
    const outcome = await withDeadline(source, COLLECT_MS)
    if (outcome.kind !== 'done') this.count('cascade_metrics_collect_failures_total')
    else for (const [name, value] of Object.entries(outcome.value)) this.#gauges.get(name)?.set(value)
  }

  /** The labels, cut to length; `other` for every label once the metric has as many series as it may. */
  #bound(name: string, labels: Readonly<Record<string, string>> = {}): Record<string, string> {
    const values = Object.entries(labels).map(([label, value]): [string, string] => [
      label,
      value.slice(0, LABEL_LENGTH_MAX),
    ])
    const series = values.map(([, value]) => value).join('\u0000')
    const seen = this.#series.get(name) ?? new Set()
    this.#series.set(name, seen)
    if (seen.size >= SERIES_MAX && !seen.has(series)) return Object.fromEntries(values.map(([label]) => [label, OTHER]))
    seen.add(series)
    return Object.fromEntries(values)
  }
}

/** A row of the generated reference of metrics. */
export interface MetricReferenceRow extends MetricRow {
  readonly name: string
}

export const metricsReference = (): readonly MetricReferenceRow[] =>
  Object.entries(METRICS).map(([name, row]) => ({ name, ...row }))
