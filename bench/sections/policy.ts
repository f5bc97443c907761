import { CedarOracle } from '../../packages/server/src/adapters/policies/cedar-oracle.ts'
import {
  CompiledEngine,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyRequest,
} from '../../packages/server/src/platform/policy/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
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
    const [same, all] = [requestsOf(SIZES[0], REQUESTS), requestsOf(rules, REQUESTS)]
    return { rules, same, all, compiled: new CompiledEngine(set), cedar: new CedarOracle(set) }
  })
  // By turns: what else the machine does meets every size.
  const rounds = Array.from({ length: options.rounds + 1 }, () =>
    worlds.map(({ same, all, compiled, cedar }) => ({
      same: timeDecisions(compiled, same, COMPILED_CALLS),
      all: timeDecisions(compiled, all, COMPILED_CALLS),
      cedar: timeDecisions(cedar, same, CEDAR_CALLS),
    })),
  ).slice(1)
  const of = (at: number, what: 'same' | 'all' | 'cedar') => rounds.map((round) => round[at]![what])
  const last = worlds.length - 1
  for (const [at, { rules }] of worlds.entries()) report.times(`compiled, ${rules} rules`, medianOf(of(at, 'same')))
  report.times('compiled, 1000 rules, requests about all of them', medianOf(of(last, 'all')), 'policyDecision')
  for (const [at, { rules }] of worlds.entries())
    report.times(`Cedar in WebAssembly, ${rules} rules`, medianOf(of(at, 'cedar')))
  const ratios = (one: readonly Quantiles[], other: readonly Quantiles[]) =>
    one.map(({ p50 }, at) => p50 / other[at]!.p50)
  report.value('compiled, 1000 rules by 10', ratios(of(last, 'same'), of(0, 'same')), 'times', 'policyFlat')
  report.value('Cedar by compiled, 10 rules', ratios(of(0, 'cedar'), of(0, 'same')), 'times')
  report.value('Cedar by compiled, 1000 rules', ratios(of(last, 'cedar'), of(last, 'same')), 'times')
  const mismatches = worlds.map(({ all, compiled, cedar }) => countMismatches(all, compiled, cedar))
  const sum = mismatches.reduce((one, other) => one + other)
  report.value(`decided otherwise than Cedar, of ${REQUESTS * SIZES.length}`, sum, '', 'policyMismatches')
  if (options.sections.has('peers'))
    await compareCasbin(context, new Map(worlds.map(({ rules }, at) => [rules, medianOf(of(at, 'same'))])))
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
