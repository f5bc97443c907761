import { setImmediate as pause } from 'node:timers/promises'
import { type CarriedDecisions, decisionInput, type ReplayReport } from '@forge-cascade/contract'
import { canonicalJson } from '#base'
import type { CarriedDecision } from '#evidence'
import type { ArmedBundle } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import { type DecisionRow, tellDecision } from './decision-row.ts'
import type { Verdict } from './verdict.ts'

type Kept = NonNullable<CarriedDecisions['decisions'][number]['kept']>

/** What decisions of a bundle came to when they were decided again. */
export type ReplayedCounts = Omit<ReplayReport, 'verified'>

export interface ReplayOptions {
  /** The policies of a digest; undefined where they are not there, or not sound. Asked once for each. */
  readonly findPolicies: (digest: string) => Promise<ArmedBundle | undefined>
  readonly signal?: AbortSignal
  /** Told in decisions that were looked at, equal ones counted once. */
  readonly onProgress?: (done: number) => void
}

/** Findings that are told one by one. */
const LISTED = 100
/** Decisions that are looked at before others have their turn. */
const LOOKED_AT_ONCE = 256

/** What is handed to somebody who has not the store, to decide it again. */
export const keptOf = ({ key, input, verdict }: Pick<DecisionRow, 'key' | 'input' | 'verdict'>): Kept => ({
  key,
  input: { ...input },
  outcome: outcomeOf(verdict),
})

const outcomeOf = ({ effect, applied, obligations, steps }: Verdict): Kept['outcome'] => ({
  ...{ effect, applied },
  obligations: obligations.map(({ kind, policyId }) => ({ kind, policy_id: policyId })),
  steps: steps.map(({ step, result }) => ({ step, result })),
})

/**
 * Decides again what a bundle carries, that was verified before: each input is what the log has the digest of.
 *
 * @throws the reason of `signal`.
 */
export async function replayDecisions(
  decisions: Iterable<CarriedDecision>,
  { findPolicies, signal, onProgress }: ReplayOptions,
): Promise<ReplayedCounts> {
  const counts = { decisions: 0, same: 0, differs: 0, no_input: 0, no_policies: 0, unreadable: 0 }
  const findings: ReplayReport['findings'] = []
  const armed = new Map<string, ArmedBundle | undefined>()
  let done = 0
  for (const { index, told, kept } of decisions) {
    signal?.throwIfAborted()
    if (kept !== null && !armed.has(told.bundle)) armed.set(told.bundle, await findPolicies(told.bundle))
    const found = judge(told, kept, armed.get(told.bundle))
    counts.decisions += told.count
    counts[found.kind] += told.count
    if ('reason' in found && findings.length < LISTED) {
      const { differs, reason } = found
      findings.push({ id: told.id, count: told.count, ledger_index: index, differs: [...differs], reason })
    }
    if (++done % LOOKED_AT_ONCE !== 0) continue
    onProgress?.(done)
    await pause()
  }
  return { ...counts, findings }
}

type Judged =
  | { readonly kind: 'same' | 'no_input' }
  | {
      readonly kind: 'differs' | 'no_policies' | 'unreadable'
      readonly differs: readonly string[]
      readonly reason: string
    }

function judge(told: CarriedDecision['told'], kept: Kept | null, bundle: ArmedBundle | undefined): Judged {
  if (kept === null) return { kind: 'no_input' }
  if (bundle === undefined) {
    const reason = `its policies ${told.bundle} are not in the bundle, or are not sound for this program`
    return { kind: 'no_policies', differs: [], reason }
  }
  const { data: input, error } = decisionInput.safeParse(kept.input)
  if (input === undefined) return { kind: 'unreadable', differs: [], reason: unreadable(error.issues) }
  const verdict = decideFrom(input, bundle)
  const then = { ...saidOf(told), ...kept.outcome }
  const now = { ...tellDecision({ input, verdict }), ...outcomeOf(verdict) }
  const differs = Object.keys(now).filter((name) => member(now, name) !== member(then, name))
  if (differs.length === 0) return { kind: 'same' }
  const words = differs.map((name) => wordsOf(name, member(then, name), member(now, name)))
  return { kind: 'differs', differs, reason: words.join('; ') }
}

/** Where the input is not as this program knows one; what stands there is not told of. */
function unreadable([issue]: NonNullable<ReturnType<typeof decisionInput.safeParse>['error']>['issues']): string {
  const place = (issue?.path ?? []).join('/')
  return `its input cannot be read here (/${place}: ${issue?.message ?? 'no input'}); a newer version of the program may know it`
}

/** Longer values are not told of: whoever asks finds them in the bundle. */
const TOLD_LENGTH = 80
const wordsOf = (name: string, then: string, now: string): string =>
  then.length + now.length > TOLD_LENGTH ? `${name} came out otherwise` : `${name} was ${then} and is ${now}`

const saidOf = ({ id: _id, count: _count, digest: _digest, ...said }: CarriedDecision['told']) => said

const member = (of: Readonly<Record<string, unknown>>, name: string): string => canonicalJson(of[name])
