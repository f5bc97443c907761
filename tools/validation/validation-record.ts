import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../../packages/server/src/base/index.ts'
import { type MetricSummary, metricSummary, summarize } from './metric-summary.ts'

/** Parts of the product that records are kept of. */
export const VALIDATION_MODULES = [
  ...['memory', 'identity', 'oidc', 'guardian_schema', 'decision_metrics', 'routing', 'cognition', 'bridge'],
  ...['overlays', 'immune', 'federation', 'molt', 'security', 'ledger'],
] as const
export type ValidationModule = (typeof VALIDATION_MODULES)[number]

/** More say no more of a median; what measures more keeps so many of them. */
export const SAMPLES_MAX = 1000

const time = z.iso.datetime({ precision: 3 })

const metricSamples = z.strictObject({
  /** What is measured: the same words in every record that it is compared in. */
  name: z.string().min(1),
  unit: z.string(),
  samples: z.array(z.number()).min(1).max(SAMPLES_MAX),
})
export type MetricSamples = z.infer<typeof metricSamples>

const testCounts = z.strictObject({
  passed: z.int().min(0),
  failed: z.int().min(0),
  skipped: z.int().min(0),
})
export type TestCounts = z.infer<typeof testCounts>

/** One run of tests or benchmarks of one part, with the digest of the record before it. */
export const validationRecord = z.strictObject({
  v: z.literal(1),
  module: z.string().refine(isModule, { error: `must be one of ${VALIDATION_MODULES.join(', ')}` }),
  kind: z.enum(['benchmark', 'test']),
  started_at: time,
  ended_at: time,
  /** Never what names a machine. Only records of equal ones are compared. */
  environment: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string(), cores: z.int().min(1) }),
  /** What else decides over the numbers, such as how many documents: only records with equal ones are compared. */
  conditions: z.record(z.string(), z.union([z.string(), z.number()])),
  metrics: z.array(metricSamples.extend({ summary: metricSummary })),
  tests: testCounts.nullable(),
  /** SHA-256 of the file of the record before; null for the first of its module. */
  previous_sha256: z.string().nullable(),
})
export type ValidationRecord = z.infer<typeof validationRecord>

/** What a run has to say. */
export interface Run extends Pick<ValidationRecord, 'kind' | 'environment' | 'conditions' | 'tests'> {
  readonly module: ValidationModule
  readonly startedAt: Date
  readonly endedAt: Date
  readonly metrics: readonly MetricSamples[]
}

/** A record as it lies in a file: its bytes say nothing that the rest of the chain does not confirm. */
export interface KeptRecord {
  readonly record: ValidationRecord
  /** SHA-256 of the file, hex. */
  readonly sha256: string
}

/** Completes a run to the record that follows `before`, the records of its module, oldest first. */
export function recordOf(run: Run, before: readonly KeptRecord[]): ValidationRecord {
  const { module, kind, environment, conditions, tests } = run
  return {
    v: 1,
    module,
    kind,
    started_at: run.startedAt.toISOString(),
    ended_at: run.endedAt.toISOString(),
    environment,
    conditions,
    metrics: run.metrics.map((metric) => ({
      ...metric,
      summary: summaryOf(metric, { kind, conditions, environment }, before),
    })),
    tests,
    previous_sha256: before.at(-1)?.sha256 ?? null,
  }
}

/**
 * What the samples come to, beside those of the newest record before that measured the same under the same conditions, in the same
 * environment. Where all of these ran in another one, the newest is named with what differs, and no chance is worked out.
 */
export function summaryOf(
  { name, unit, samples }: MetricSamples,
  { kind, conditions, environment }: Pick<ValidationRecord, 'kind' | 'conditions' | 'environment'>,
  before: readonly KeptRecord[],
): MetricSummary {
  const same = before.flatMap(({ record, sha256 }) => {
    const isSame = record.kind === kind && canonicalJson(record.conditions) === canonicalJson(conditions)
    const metric = isSame ? record.metrics.find((each) => each.name === name && each.unit === unit) : undefined
    return metric
      ? [{ samples: metric.samples, sha256, incomparable: difference(record.environment, environment) }]
      : []
  })
  return summarize(samples, same.findLast(({ incomparable }) => incomparable === undefined) ?? same.at(-1))
}

/** What differs between the environment of an earlier record and this one: `node 24.20.0, now 24.21.0; cores 2, now 16`. */
function difference(
  earlier: ValidationRecord['environment'],
  now: ValidationRecord['environment'],
): string | undefined {
  const members = ['node', 'platform', 'arch', 'cores'] as const
  const other = members.filter((member) => earlier[member] !== now[member])
  return other.length > 0
    ? other.map((member) => `${member} ${earlier[member]}, now ${now[member]}`).join('; ')
    : undefined
}

/** The bytes of a record: canonical JSON (RFC 8785) and a newline. */
export const recordText = (record: ValidationRecord): string => `${canonicalJson(record)}\n`

export const digestOf = (text: string): string => sha256Hex(text)

/** `<module>_validation_<time>.json`; times sort as text. */
export const recordName = ({ module, ended_at }: Pick<ValidationRecord, 'module' | 'ended_at'>): string =>
  `${module}_validation_${ended_at.replaceAll(/[:.]/g, '-')}.json`

export function isModule(name: string): name is ValidationModule {
  return VALIDATION_MODULES.some((known) => known === name)
}
