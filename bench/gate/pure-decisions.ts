import { readPolicies } from '../../packages/server/src/adapters/policies/index.ts'
import {
  type ArmedBundle,
  armBundle,
  type DecisionInput,
  decideFrom,
  GATE_DEFAULTS,
} from '../../packages/server/src/domain/governance/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import { wholeFilesOf } from './team-policies.ts'

/** Policies beside those that come with the program. */
export const TEAMS = [10, 100, 1000] as const
const INPUTS = 500
const CALLS = 20_000

/** By the number of policies, p50 of each round in milliseconds. */
export type Decisions = ReadonlyMap<number, Quantiles>

/** One whole decision, all steps, without what is found before it and recorded after it. */
export async function measureDecisions({ report, options }: BenchContext): Promise<Decisions> {
  const bundles: (readonly [teams: number, bundle: ArmedBundle, inputs: readonly DecisionInput[]])[] = []
  for (const teams of TEAMS) {
    const bundle = await openBundle(teams)
    bundles.push([teams, bundle, Array.from({ length: INPUTS }, (_, at) => inputOf(at, bundle.digest))])
  }
  // By turns: what else the machine does meets every size.
  const rounds = Array.from({ length: options.rounds + 1 }, () =>
    bundles.map(([, bundle, inputs]) => timeDecisions(bundle, inputs)),
  ).slice(1)
  const decisions = new Map(bundles.map(([teams], at) => [teams, medianOf(rounds.map((round) => round[at]!))]))
  for (const [teams, times] of decisions) report.times(`a decision, ${teams} policies`, times)
  const flat = rounds.map((round) => round.at(-1)!.p50 / round[0]!.p50)
  report.value(`  ${TEAMS.at(-1)} policies by ${TEAMS[0]}, p50`, flat, '×', 'policyFlat')
  return decisions
}

/** Policies of so many teams, armed, with the constitution. @throws Error with what is not sound in them. */
export async function openBundle(teams: number): Promise<ArmedBundle> {
  const files = wholeFilesOf(teams)
  const { bundle, findings } = await readPolicies(files)
  if (bundle === undefined) throw new Error(`the policies are not sound: ${JSON.stringify(findings)}`)
  return armBundle(bundle, files)
}

/** A member of two teams reads a capsule of somebody else: the same questions at every number of policies. */
export function inputOf(at: number, bundle: string): DecisionInput {
  const team = at % (TEAMS[0] - 1)
  return {
    v: 1,
    ...GATE_DEFAULTS,
    action: 'capsule.read',
    resource: `capsule/c${at}`,
    facts: {
      owner: { id: `o${at % 7}`, kind: 'person', trust: 60, owner: null },
      ...{ trust: 60, status: 'ACTIVE', licence: 'private', type: 'knowledge', shared: [] },
      tags: at % 3 === 0 ? [`tag${at % 9}`] : ['shared', `tag${at % 9}`],
      ...{ identity: null, lane: null, fold: null },
    },
    absent: false,
    subject: {
      ...{ id: `u${at}`, kind: 'person', trust: 60, owner: null, active: true },
      roles: ['member', `team${team}`, `team${team + 1}`],
    },
    ...{ scopes: null, rateExceeded: false, emergency: false, signals: [], approval: null },
    risk: (at * 37) % GATE_DEFAULTS.riskHold,
    bundle,
  }
}

function timeDecisions(bundle: ArmedBundle, inputs: readonly DecisionInput[]): Quantiles {
  const times: number[] = []
  for (let call = 0; call < CALLS; call++) {
    const input = inputs[call % inputs.length]!
    const startedAt = performance.now()
    decideFrom(input, bundle)
    times.push(performance.now() - startedAt)
  }
  return quantilesOf(times)
}
