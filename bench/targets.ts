/** Bounds of a row's numbers, by their name in the row: milliseconds for p50, p95 and p99. */
export interface Target {
  readonly atMost?: Readonly<Record<string, number>>
  readonly atLeast?: Readonly<Record<string, number>>
}

/** What 100,000 capsules on two cores must reach. */
export const TARGETS = {
  vector: { atMost: { p50: 2 } },
  recall: { atLeast: { value: 1 } },
  hybridHttp: { atMost: { p50: 6, p95: 30 } },
  createsInProcess: { atLeast: { perSecond: 2000 } },
  createsHttp: { atLeast: { perSecond: 1600 } },
  bulkInProcess: { atLeast: { perSecond: 10_000 } },
  restart: { atMost: { p50: 1000 } },
  chain: { atMost: { p50: 15 } },
  lag: { atMost: { p99: 20 } },
  mixed: { atMost: { p95: 100 } },
  imports: { atLeast: { perSecond: 200 } },
} as const satisfies Record<string, Target>
export type TargetName = keyof typeof TARGETS
