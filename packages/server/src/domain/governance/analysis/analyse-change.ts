import type { Action, DecisionWord, ReasonCode } from '@forge-cascade/contract/vocabulary'
import { canonicalJson, sha256Hex } from '#base'
import { ACTION_GROUPS } from '../action-groups.ts'
import { comparePolicies } from '../compare-policies.ts'
import { type DecisionRow, inputDigest } from '../decision-row.ts'
import type { AnalysedChange } from './analysed-change.ts'
import { type Conflict, ConflictCount, newConflicts } from './conflicts.ts'
import { type Breach, type ClauseFinding, ConstitutionCheck } from './constitution-check.ts'
import { type Drift, type DriftPart, driftOf, type Share } from './drift.ts'
import { inSlices } from './in-slices.ts'
import { isAllowed, type Judged, judgeBoth, turningPoint } from './judged.ts'
import { type Sample, type SampledRequest, sampleRequests } from './sample-requests.ts'

/** Decisions that were recorded, equal ones together; without a row where what they were made from is kept no longer. */
export interface RecordedDecisions {
  /** Id of the first of them. */
  readonly first: string
  readonly count: number
  readonly row: DecisionRow | undefined
}

/** Recorded decisions that would come out otherwise. */
export interface Flip {
  readonly row: DecisionRow
  readonly from: DecisionWord
  readonly to: DecisionWord
  readonly code: ReasonCode | null
  /** The policy by which it turns. */
  readonly policyId: string | null
}

/** What a role gains and loses of one action, in requests of the sample. */
export interface RoleEffect {
  readonly role: string
  readonly action: Action
  readonly gained: number
  readonly lost: number
  readonly approvalsLost: number
  readonly approvalsAdded: number
  readonly example: string
}

export interface Analysis {
  /** SHA-256 of everything that was analysed. */
  readonly digest: string
  readonly isKept: boolean
  readonly policies: ReturnType<typeof comparePolicies>
  readonly constitution: readonly ClauseFinding[]
  readonly conflicts: { readonly fresh: readonly Conflict[]; readonly standing: number }
  readonly effects: readonly RoleEffect[]
  readonly recorded: {
    /** Decisions that were looked at, equal ones counted one by one. */
    readonly decisions: number
    readonly flipped: number
    readonly flips: readonly Flip[]
    readonly undecided: { readonly inputGone: number; readonly riskNear: number }
  }
  readonly sample: Pick<Sample, 'digest' | 'of'> & { readonly requests: number }
  readonly drift: Drift
}

export interface AnalyseOptions {
  readonly signal: AbortSignal
  /** What is wrong with the change beside what requests show. */
  readonly breaches?: readonly Breach[]
  /** Ids of clauses that the change amends as it may. */
  readonly amended?: ReadonlySet<string>
}

/** Names what is counted, and how: another way to count has another name. */
export const ANALYSIS_FORMAT = 'forge.analysis/1'

/**
 * What a change of the rules would do: to recorded decisions, which are decided again before and after it, and to a sample of
 * requests. The same change, policies and decisions give the same analysis. Nothing is changed and nobody is asked.
 *
 * @throws the reason of `signal`.
 */
export async function analyseChange(
  change: AnalysedChange,
  recorded: readonly RecordedDecisions[],
  { signal, breaches = [], amended = new Set() }: AnalyseOptions,
): Promise<Analysis> {
  const { before, after, trust } = change
  const sample = sampleRequests([before.bundle, after.bundle], trust, before.digest)
  const policies = comparePolicies(before.bundle, after.bundle)
  const touched = new Set([...policies.added, ...policies.changed])
  const [constitution, effects, drifting] = [new ConstitutionCheck(change), new EffectCount(), new DriftCount()]
  const conflicts = { before: new ConflictCount(before), after: new ConflictCount(after) }
  await inSlices(sample.requests, signal, (request) => {
    const judged = judgeBoth(request.input, change)
    constitution.add(request, judged)
    effects.add(request, judged)
    drifting.add(request, judged)
    if (before.digest === after.digest) return
    conflicts.before.add(request, request.input, judged.before)
    conflicts.after.add(request, judged.inputAfter, judged.after)
  })
  const clauses = constitution.list(breaches, amended)
  const isKept = breaches.length === 0 && clauses.every((clause) => clause.isKept)
  const leaned = { part: constitution.leanedOn, whole: sample.requests.length }
  return {
    digest: digestOf(change, recorded, sample),
    ...{ isKept, policies, constitution: clauses, effects: effects.list() },
    conflicts: newConflicts({ before: conflicts.before.list(), after: conflicts.after.list() }, touched),
    recorded: await decideAgain(change, recorded, signal),
    sample: { digest: sample.digest, of: sample.of, requests: sample.requests.length },
    drift: driftOf({ ...drifting.shares(), leaned_on: leaned }, !isKept),
  }
}

/**
 * Recorded decisions that would come out otherwise.
 *
 * @throws the reason of `signal`.
 */
export async function decideAgain(
  change: AnalysedChange,
  recorded: readonly RecordedDecisions[],
  signal: AbortSignal,
): Promise<Analysis['recorded']> {
  const flips: Flip[] = []
  const counts = { decisions: 0, flipped: 0 }
  const undecided = { inputGone: 0, riskNear: 0 }
  await inSlices(recorded, signal, ({ count, row }) => {
    counts.decisions += count
    if (row === undefined) undecided.inputGone += count
    if (row === undefined) return
    const judged = judgeBoth(row.input, change)
    if (!judged.isSure) undecided.riskNear += count
    const { before, after, isSure } = judged
    if (!isSure || before.word === after.word) return
    counts.flipped += count
    const turn = turningPoint(judged)
    const by = { code: turn?.code ?? null, policyId: turn?.policyId ?? null }
    flips.push({ row, from: before.word, to: after.word, ...by })
  })
  return { ...counts, flips, undecided }
}

function digestOf(change: AnalysedChange, recorded: readonly RecordedDecisions[], sample: Sample): string {
  const { before, after, trust, settings } = change
  return sha256Hex(
    canonicalJson({
      ...{ format: ANALYSIS_FORMAT, before: before.digest, after: after.digest, settings, sample: sample.digest },
      trust: trust && { subject: trust.subject.id, before: trust.before, after: trust.after },
      recorded: recorded.map(({ first, count, row }) => ({ first, count, input: row ? inputDigest(row) : null })),
    }),
  )
}

/** What becomes of one request. */
const turnOf = ({ before, after }: Judged) => ({
  gained: !isAllowed(before) && isAllowed(after),
  lost: isAllowed(before) && !isAllowed(after),
  approvalsLost: before.applied === 'hold' && isAllowed(after),
  approvalsAdded: before.applied !== 'hold' && after.applied === 'hold',
})

class EffectCount {
  readonly #counts = new Map<string, { -readonly [K in keyof RoleEffect]: RoleEffect[K] }>()

  add({ role, says, input: { action } }: SampledRequest, judged: Judged): void {
    const turn = turnOf(judged)
    if (!Object.values(turn).includes(true)) return
    const key = `${role} ${action}`
    const found = this.#counts.get(key) ?? {
      ...{ role, action, gained: 0, lost: 0, approvalsLost: 0, approvalsAdded: 0, example: says },
    }
    for (const name of ['gained', 'lost', 'approvalsLost', 'approvalsAdded'] as const) found[name] += Number(turn[name])
    this.#counts.set(key, found)
  }

  /** Those in which the most requests turn, first. */
  list(): readonly RoleEffect[] {
    const size = ({ gained, lost, approvalsAdded }: RoleEffect): number => gained + lost + approvalsAdded
    const nameOf = ({ role, action }: RoleEffect): string => `${role} ${action}`
    return [...this.#counts.values()].toSorted((a, b) => size(b) - size(a) || (nameOf(a) < nameOf(b) ? -1 : 1))
  }
}

const AUDITING: ReadonlySet<Action> = new Set<Action>(ACTION_GROUPS.audit)

type Counted = Exclude<DriftPart, 'leaned_on'>

/** Parts and wholes of the drift. */
class DriftCount {
  readonly #shares: Readonly<Record<Counted, { part: number; whole: number }>> = {
    widened: { part: 0, whole: 0 },
    approvals_lost: { part: 0, whole: 0 },
    oversight_lost: { part: 0, whole: 0 },
    unenforced: { part: 0, whole: 0 },
  }

  add({ weight, role, input: { action } }: SampledRequest, judged: Judged): void {
    const { before, after } = judged
    const turn = turnOf(judged)
    if (!isAllowed(before)) this.#count('widened', turn.gained, weight)
    if (before.applied === 'hold') this.#count('approvals_lost', turn.approvalsLost)
    if (role === 'auditor' && AUDITING.has(action) && isAllowed(before)) this.#count('oversight_lost', turn.lost)
    if (before.applied === 'deny') this.#count('unenforced', after.word === 'would_deny')
  }

  shares(): Readonly<Record<Counted, Share>> {
    return this.#shares
  }

  #count(name: Counted, isPart: boolean, weight = 1): void {
    const share = this.#shares[name]
    share.whole += weight
    if (isPart) share.part += weight
  }
}
