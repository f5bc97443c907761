import { CedarOracle } from '../../packages/server/src/adapters/policies/cedar-oracle.ts'
import {
  CompiledEngine,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyRequest,
} from '../../packages/server/src/platform/policy/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { median, medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import { compareCasbin } from '../policy/casbin.ts'
import { requestsOf, rulesOf } from '../policy/rules.ts'

const SIZES = [10, 100, 1000] as const
const REQUESTS = 500
const COMPILED_CALLS = 20_000
const CEDAR_CALLS = 300

/** Decisions by policies: compiled, by Cedar itself, and whether they are the same. */
export async function measurePolicy(context: BenchContext): Promise<void> {
  const { report, options } = context
  report.begin('Policies: one decision')
  const worlds = SIZES.map((rules) => {
    const set = rulesOf(rules)
    return {
      rules,
      requests: requestsOf(rules, REQUESTS),
      compiled: new CompiledEngine(set),
      cedar: new CedarOracle(set),
    }
  })
  // By turns: what else the machine does meets every size.
  const rounds = Array.from({ length: options.rounds + 1 }, () =>
    worlds.map(({ requests, compiled, cedar }) => ({
      compiled: timeDecisions(compiled, requests, COMPILED_CALLS),
      cedar: timeDecisions(cedar, requests, CEDAR_CALLS),
    })),
  ).slice(1)
  const of = (at: number, engine: 'compiled' | 'cedar') => rounds.map((round) => round[at]![engine])
  for (const [at, { rules }] of worlds.entries())
    report.times(
      `compiled, ${rules} rules`,
      medianOf(of(at, 'compiled')),
      rules === 1000 ? 'policyDecision' : undefined,
    )
  for (const [at, { rules }] of worlds.entries())
    report.times(`Cedar in WebAssembly, ${rules} rules`, medianOf(of(at, 'cedar')))
  const last = worlds.length - 1
  const ratios = (one: readonly Quantiles[], other: readonly Quantiles[]) =>
    one.map(({ p50 }, at) => p50 / other[at]!.p50)
  report.value('compiled, 1000 rules by 10', ratios(of(last, 'compiled'), of(0, 'compiled')), 'times', 'policyFlat')
  // The least that slicing by action and scope can leave: the rules that every request is held against.
  report.value(
    'Cedar with 10 rules by compiled with 1000',
    ratios(of(0, 'cedar'), of(last, 'compiled')),
    'times',
    'policyBesideCedar',
  )
  const mismatches = worlds.map(({ requests, compiled, cedar }) => countMismatches(requests, compiled, cedar))
  report.value(
    `decided otherwise than Cedar, of ${REQUESTS * SIZES.length}`,
    mismatches.reduce((a, b) => a + b),
    '',
    'policyMismatches',
  )
  if (options.sections.has('peers')) await compareCasbin(context, median(of(last, 'compiled').map(({ p50 }) => p50)))
}

function timeDecisions(engine: PolicyEngine, requests: readonly PolicyRequest[], calls: number): Quantiles {
  const times: number[] = []
  for (let call = 0; call < calls; call++) {
    const request = requests[call % requests.length]!
    const startedAt = performance.now()
    engine.decide(request)
    times.push(performance.now() - startedAt)
  }
  return quantilesOf(times)
}

function countMismatches(requests: readonly PolicyRequest[], one: PolicyEngine, other: PolicyEngine): number {
  const told = ({ decision, reasons, errors }: PolicyDecision) =>
    JSON.stringify([decision, reasons, errors.map(({ policyId }) => policyId)])
  return requests.filter((request) => told(one.decide(request)) !== told(other.decide(request))).length
}
