/** Bounds of a row's numbers, by their name in the row: milliseconds for p50, p95 and p99. */
export interface Target {
  readonly atMost?: Readonly<Record<string, number>>
  readonly atLeast?: Readonly<Record<string, number>>
}

export type TargetName =
  | 'vector'
  | 'recall'
  | 'lexical'
  | 'hybridHttp'
  | 'hybridHttpMany'
  | 'createsInProcess'
  | 'createsHttp'
  | 'bulkInProcess'
  | 'restart'
  | 'chain'
  | 'lag'
  | 'mixed'
  | 'imports'
  | 'appendBesideJsonl'
  | 'groupBesideJsonl'
  | 'inclusionProof'
  | 'policyDecision'
  | 'policyFlat'
  | 'policyMismatches'
  | 'accessHttp'
  | 'accessHttpMany'
  | 'accessBatched'
  | 'accessFlat'
  | 'gateSearch'
  | 'gateTransactions'
  | 'driftDecision'
export type Targets = Readonly<Partial<Record<TargetName, Target>>>

/** What 100,000 capsules on two cores must reach. */
const OF_100_000: Targets = {
  vector: { atMost: { p50: 2 } },
  recall: { atLeast: { value: 1 } },
  hybridHttp: { atMost: { p50: 5, p95: 30 } },
  hybridHttpMany: { atLeast: { perSecond: 300 } },
  createsInProcess: { atLeast: { perSecond: 2000 } },
  createsHttp: { atLeast: { perSecond: 1600 } },
  bulkInProcess: { atLeast: { perSecond: 10_000 } },
  restart: { atMost: { p50: 1000 } },
  chain: { atMost: { p50: 15 } },
  lag: { atMost: { p99: 20 } },
  mixed: { atMost: { p95: 100 } },
  imports: { atLeast: { perSecond: 200 } },
  appendBesideJsonl: { atLeast: { value: 0.6 } },
  groupBesideJsonl: { atLeast: { value: 0.35 } },
  inclusionProof: { atMost: { p50: 0.1 } },
  policyDecision: { atMost: { p50: 0.02 } },
  policyFlat: { atMost: { value: 1.2 } },
  policyMismatches: { atMost: { value: 0 } },
  accessHttp: { atMost: { p50: 0.2 } },
  accessHttpMany: { atLeast: { perSecond: 15_000 } },
  accessBatched: { atLeast: { perSecond: 15_000 } },
  accessFlat: { atMost: { value: 1.2 } },
  gateSearch: { atMost: { value: 1.15 } },
  gateTransactions: { atMost: { value: 0 } },
  driftDecision: { atMost: { value: 1.1 } },
}

/** What 1,000,000 must reach on the same machine. */
const OF_1_000_000: Targets = {
  vector: { atMost: { p50: 20 } },
  recall: { atLeast: { value: 1 } },
  lexical: { atMost: { p95: 25 } },
  hybridHttp: { atMost: { p95: 60 } },
  restart: { atMost: { p50: 5000 } },
  chain: { atMost: { p50: 15 } },
  lag: { atMost: { p99: 20 } },
}

/** By the number of documents they are about. */
export const TARGETS: ReadonlyMap<number, Targets> = new Map([
  [100_000, OF_100_000],
  [1_000_000, OF_1_000_000],
])
