import type { ReasonCode } from '@forge-cascade/contract/vocabulary'
import { decideFailClosed } from '#policy'
import type { ArmedBundle } from '../armed-bundle.ts'
import { type DecisionInput, toPolicyRequest } from '../decision-input.ts'
import type { Verdict } from '../verdict.ts'
import type { SampledRequest } from './sample-requests.ts'

/** A policy that permits and a rule that forbids the same requests. */
export interface Conflict {
  readonly permit: string
  readonly forbid: string
  /** `shadows`: the rule forbids everything of the sample that the policy permits, which so permits nothing. */
  readonly kind: 'shadows' | 'contradicts'
  /** How many of the sample both reach. */
  readonly requests: number
  readonly example: string
}

interface Pair {
  readonly permit: string
  readonly forbid: string
  requests: number
  readonly example: string
}

/** Counts which policies reach the same requests. Rules of the constitution are left out: they are there to contradict. */
export class ConflictCount {
  readonly #bundle: ArmedBundle
  readonly #pairs = new Map<string, Pair>()
  /** Permit → requests of the sample that it reaches. */
  readonly #reached = new Map<string, number>()

  constructor(bundle: ArmedBundle) {
    this.#bundle = bundle
  }

  /** @param verdict what it came to by these policies. */
  add({ says }: SampledRequest, input: DecisionInput, verdict: Verdict): void {
    const { permits, forbids } = this.#satisfied(input, verdict)
    for (const permit of permits) {
      this.#reached.set(permit, (this.#reached.get(permit) ?? 0) + 1)
      for (const forbid of forbids) this.#note(permit, forbid, says)
    }
  }

  /** Those that the most requests are in, first. */
  list(): readonly Conflict[] {
    return [...this.#pairs.values()]
      .map(
        (pair): Conflict => ({
          ...pair,
          kind: pair.requests === this.#reached.get(pair.permit) ? 'shadows' : 'contradicts',
        }),
      )
      .toSorted((a, b) => b.requests - a.requests || (keyOf(a.permit, a.forbid) < keyOf(b.permit, b.forbid) ? -1 : 1))
  }

  #note(permit: string, forbid: string, example: string): void {
    const key = keyOf(permit, forbid)
    const found = this.#pairs.get(key)
    if (found) found.requests++
    else this.#pairs.set(key, { permit, forbid, requests: 1, example })
  }

  #satisfied(input: DecisionInput, { reasons }: Verdict): Satisfied {
    const { subject } = input
    const permits = idsOf(reasons, 'PERMITTED')
    if (permits.length > 0) return { permits, forbids: [] }
    // Where the constitution forbids it no other rule matters; where nothing permits it nothing is contradicted.
    if (subject === null || !reasons.some(({ code }) => code === 'FORBIDDEN_BY_POLICY')) return NONE
    const { decider } = this.#bundle
    const request = toPolicyRequest(input, subject, input.approval !== null)
    const forbids = decideFailClosed(decider, request).reasons
    const others = decideFailClosed(decider, request, new Set(forbids))
    return others.decision === 'allow' ? { permits: others.reasons, forbids } : NONE
  }
}

interface Satisfied {
  readonly permits: readonly string[]
  readonly forbids: readonly string[]
}

const idsOf = (reasons: Verdict['reasons'], wanted: ReasonCode): readonly string[] =>
  reasons.flatMap(({ code, policyId }) => (code === wanted && policyId !== null ? [policyId] : []))

const NONE = { permits: [], forbids: [] } as const

const keyOf = (permit: string, forbid: string): string => `${permit} ${forbid}`

/** Conflicts that were not there before, or are between policies that were changed; and how many there were already. */
export function newConflicts(
  { before, after }: { readonly before: readonly Conflict[]; readonly after: readonly Conflict[] },
  touched: ReadonlySet<string>,
): { readonly fresh: readonly Conflict[]; readonly standing: number } {
  const old = new Set(before.map(({ permit, forbid, kind }) => `${keyOf(permit, forbid)} ${kind}`))
  const fresh = after.filter(
    ({ permit, forbid, kind }) =>
      !old.has(`${keyOf(permit, forbid)} ${kind}`) || touched.has(permit) || touched.has(forbid),
  )
  return { fresh, standing: after.length - fresh.length }
}
