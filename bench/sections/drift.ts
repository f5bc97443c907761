import { RISK_WEIGHTS } from '../../packages/contract/src/vocabulary.ts'
import {
  AffectDeltas,
  GovernanceGate,
  Guardian,
  MemoryDrift,
} from '../../packages/server/src/domain/governance/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { createRandom } from '../data/random.ts'
import { ANOMALIES, type AnomalyName, drawEpisode } from '../drift/episodes.ts'
import { median } from '../measure/quantiles.ts'

const EPISODES = 10
/** Each writer wants to do something of high risk, that is new to it, after so many writes. */
const ACTS_EVERY = 5
/** `gate.risk_hold`: as it is unless configured, and stricter. */
const HOLDS = [85, 80] as const
const SIGNALS = {
  neither: [],
  drift: ['drift_score'],
  affect: ['affect_delta'],
  both: ['drift_score', 'affect_delta'],
} as const
type Which = keyof typeof SIGNALS
/** Normal writes before nothing counts: until then too little is known. */
const LEARNING = 0.7
/** How far normal callers' affect changes at most; where something goes wrong it may be all of it. */
const NORMAL_DELTA = 0.2
const AFFECT_FRESH_MS = 10 * 60_000
const WARM_MS = 2 * 3_600_000
const CALLS = 30_000
const TURNS = 300

/** The risk of one action, by the signals that are asked. */
type Risks = Readonly<Record<Which, number>>
const NAMES = Object.keys(ANOMALIES) as AnomalyName[] // the keys of the table are exactly the names

interface Played {
  readonly odd: readonly Risks[]
  readonly normal: readonly Risks[]
}

/** What the drift of the memory and changes of affect add to the guardian, and what they cost a decision. */
export async function measureDrift({ report, options }: BenchContext): Promise<void> {
  report.begin('The gate: anomalies caught by drift and affect')
  const played = NAMES.map((name) => Array.from({ length: EPISODES }, (_, at) => play(name, options.seed * 1000 + at)))
  for (const which of Object.keys(SIGNALS) as Which[]) {
    for (const hold of HOLDS) {
      const isHeld = (risks: Risks) => risks[which] >= hold
      for (const [at, name] of NAMES.entries()) {
        const caught = played[at]!.filter(({ odd }) => odd.some(isHeld)).length
        report.value(`${which}, held from ${hold}: ${name}`, (100 * caught) / EPISODES, '% caught')
      }
      const normal = played.flat().flatMap((one) => one.normal)
      const alarms = normal.filter(isHeld).length
      report.value(`${which}, held from ${hold}: false alarms`, (100 * alarms) / normal.length, '% of normal actions')
    }
  }
  const ratios = Array.from({ length: options.rounds + 1 }, timeRatio).slice(1)
  report.value('a decision with both signals by one without', ratios, 'times', 'driftDecision')
}

/** One episode: the risks of each action, while all is normal and while something goes wrong. */
function play(name: AnomalyName, seed: number): Played {
  const random = createRandom(seed + 1)
  let now = 0
  const parts = openParts(() => now)
  now = WARM_MS
  const { normal, odd } = drawEpisode(name, seed)
  const follow = (writes: typeof normal, deltaMax: number, counts: (at: number) => boolean) =>
    writes.flatMap(({ subject, vector }, at) => {
      parts.drift.add({ subject, model: 'bench', vector })
      if (at % ACTS_EVERY !== 0 || !counts(at)) return []
      now += AFFECT_FRESH_MS + 1
      parts.affect.tell(subject, (random() * 2 - 1) * deltaMax)
      const weigh = (which: Which) =>
        parts.guardians[which].weigh({ subject, action: 'capsule.erase', resource: '*', level: 'high', trust: 60 }).risk
      return [{ neither: weigh('neither'), drift: weigh('drift'), affect: weigh('affect'), both: weigh('both') }]
    })
  return {
    normal: follow(normal, NORMAL_DELTA, (at) => at >= normal.length * LEARNING),
    odd: follow(odd, 1, () => true),
  }
}

function openParts(clock: () => number) {
  const [drift, affect] = [new MemoryDrift(), new AffectDeltas(clock)]
  const open = (which: Which) => {
    const counts = new Set<string>(SIGNALS[which])
    const providers = [drift.provider(clock), affect.provider()].filter(({ name }) => counts.has(name))
    return new Guardian({ clock, weights: () => RISK_WEIGHTS, providers })
  }
  const guardians = { neither: open('neither'), drift: open('drift'), affect: open('affect'), both: open('both') }
  return { drift, affect, guardians }
}

/** The time of decisions with both signals by that without, by turns. */
function timeRatio(): number {
  const clock = () => Date.now()
  const gates = (['neither', 'both'] as const).map((which) => {
    const { guardians, drift, affect } = openParts(clock)
    for (const { subject, vector } of drawEpisode('another language', 1).normal.slice(0, 100)) {
      drift.add({ subject, model: 'bench', vector })
      affect.tell(subject, 0.3)
    }
    return new GovernanceGate({ clock, newId: () => '', guardian: guardians[which] })
  })
  const tookMs: readonly number[][] = [[], []]
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [at, gate] of gates.entries()) {
      const startedAt = performance.now()
      for (let call = 0; call < CALLS / TURNS; call++) gate.decide(QUESTION)
      tookMs[at]!.push(performance.now() - startedAt)
    }
  }
  return median(tookMs[1]!) / median(tookMs[0]!)
}

const QUESTION = {
  action: 'capsule.create',
  resource: '*',
  correlationId: '',
  subject: {
    id: 'ada',
    kind: 'person',
    name: 'ada',
    roles: ['member'],
    trust: 60,
    owner: null,
    active: true,
    createdAt: 0,
  },
} as const
