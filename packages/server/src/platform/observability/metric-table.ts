/** One metric. `labels` have few values by nature; no content, no names of people, no ids. */
export interface MetricRow {
  readonly type: 'histogram' | 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  readonly buckets?: readonly number[]
}

/** From half a millisecond, where the embedded store answers, to the longest deadline. */
const STORE_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const
/** From the hundredth of a millisecond that a table takes to what an outside service would. */
const GATE_BUCKETS = [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1] as const
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60] as const

/** Every metric of `/metrics`, once; the reference is generated from this table. Names follow Prometheus' conventions. */
export const METRICS = {
  cascade_memory_upsert_seconds: {
    type: 'histogram',
    help: 'Time from a capsule write to its durable receipt.',
    labels: [],
    buckets: STORE_BUCKETS,
  },
  cascade_memory_search_seconds: {
    type: 'histogram',
    help: 'Time of a search, by mode (hybrid, lexical, vector).',
    labels: ['mode'],
    buckets: STORE_BUCKETS,
  },
  cascade_http_request_seconds: {
    type: 'histogram',
    help: 'Time from request to the end of the answer, by route pattern, method and status code.',
    labels: ['route', 'method', 'status'],
    buckets: HTTP_BUCKETS,
  },
  cascade_auth_latency_seconds: {
    type: 'histogram',
    help: 'Time to know whom a bearer token means.',
    labels: [],
    buckets: GATE_BUCKETS,
  },
  cascade_decision_latency_seconds: {
    type: 'histogram',
    help: 'Time of a decision by the gate.',
    labels: [],
    buckets: GATE_BUCKETS,
  },
  cascade_auth_failures_total: {
    type: 'counter',
    help: 'Requests without a token, or with one that means nobody.',
    labels: [],
  },
  cascade_decisions_total: {
    type: 'counter',
    help: 'Decisions by the gate about requests, by what came of them (allow, deny, error).',
    labels: ['effect'],
  },
  cascade_rate_limited_total: {
    type: 'counter',
    help: 'Requests refused by a rate limit, by whose it was (subject, address).',
    labels: ['policy'],
  },
  cascade_mesh_deliveries_total: {
    type: 'counter',
    help: 'Events by what became of a try to deliver them (delivered, retried, dead).',
    labels: ['outcome'],
  },
  cascade_mesh_lag: {
    type: 'gauge',
    help: 'Entries of the log behind the slowest route of events.',
    labels: [],
  },
  cascade_quarantines_total: {
    type: 'counter',
    help: 'Capsules that somebody asked to be brought into quarantine.',
    labels: [],
  },
  cascade_memory_docs_total: {
    type: 'counter',
    help: 'Capsules and versions written.',
    labels: [],
  },
  cascade_memory_dedup_dropped_total: {
    type: 'counter',
    help: 'Writes answered with the capsule that was there already.',
    labels: [],
  },
  cascade_event_loop_lag_seconds: {
    type: 'gauge',
    help: '99th percentile of the event loop lag in the last seconds.',
    labels: [],
  },
  cascade_event_loop_lag_max_seconds: {
    type: 'gauge',
    help: 'Longest event loop lag of the last minute; the goal is below 0.05.',
    labels: [],
  },
  cascade_boot_status: {
    type: 'gauge',
    help: '1 for the outcome of the boot (ready, degraded, failed), 0 for the others.',
    labels: ['status'],
  },
  cascade_boot_seconds: {
    type: 'gauge',
    help: 'How long the boot took.',
    labels: [],
  },
  cascade_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels are the versions of Cascade and of Node.',
    labels: ['version', 'node'],
  },
  cascade_http_requests_in_flight: {
    type: 'gauge',
    help: 'Requests being answered.',
    labels: [],
  },
  cascade_memory_drift: {
    type: 'gauge',
    help: 'How far recent writes of all are from the long-run baseline: 0 as usual, 1 the worst.',
    labels: [],
  },
  cascade_store_capsules: {
    type: 'gauge',
    help: 'Capsules in the store that are not erased.',
    labels: [],
  },
  cascade_store_bytes: {
    type: 'gauge',
    help: 'Bytes the store takes on disk.',
    labels: [],
  },
  cascade_store_sequence: {
    type: 'gauge',
    help: 'Sequence of the newest record.',
    labels: [],
  },
  cascade_store_commands_waiting: {
    type: 'gauge',
    help: 'Commands waiting for their commit.',
    labels: [],
  },
  cascade_shipping_sequence: {
    type: 'gauge',
    help: 'Newest record that can be restored from where the log is shipped to; absent where nothing is shipped.',
    labels: [],
  },
  cascade_shipping_waiting_bytes: {
    type: 'gauge',
    help: 'Bytes of segments that wait in the data folder to be shipped.',
    labels: [],
  },
  cascade_shipping_last_success_seconds: {
    type: 'gauge',
    help: 'When all of the log was last brought to where it is shipped to, in seconds since 1970; alert on its age.',
    labels: [],
  },
  cascade_archived_capsules_total: {
    type: 'counter',
    help: 'Capsules that retention moved into the archive.',
    labels: [],
  },
  cascade_archive_failures_total: {
    type: 'counter',
    help: 'Looks of retention that failed, as a rule because the place of the archive was away; alert on a rise.',
    labels: [],
  },
  cascade_retention_held: {
    type: 'gauge',
    help: 'Capsules beyond their retention that a legal hold keeps in the store.',
    labels: [],
  },
  cascade_retention_last_look_seconds: {
    type: 'gauge',
    help: 'When retention last looked through the store and came to its end, in seconds since 1970.',
    labels: [],
  },
  cascade_bulk_capsules_total: {
    type: 'counter',
    help: 'Capsules that bulk changes were about, by operation and outcome: changed, unchanged, failed.',
    labels: ['operation', 'outcome'],
  },
  cascade_metrics_collect_failures_total: {
    type: 'counter',
    help: 'Times a source of gauges failed or was late, so that its gauges keep an older value.',
    labels: [],
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'Start of the process, in seconds since 1970.',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>

type Table = typeof METRICS
export type MetricName = keyof Table
export type MetricOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never
}[MetricName]

/** The label values of a metric, or nothing where it has none. */
export type MetricLabels<Name extends MetricName> = Readonly<Record<Table[Name]['labels'][number], string>>

/** Gauges without labels, which a source can give by name. */
export type PlainGauge = {
  [Name in MetricOf<'gauge'>]: Table[Name]['labels'] extends readonly [] ? Name : never
}[MetricOf<'gauge'>]
