import { decideFailClosed } from '#policy'
import { type ArmedBundle, isConstitutional } from '../armed-bundle.ts'
import { decideFrom } from '../decide-from.ts'
import { type DecisionInput, toPolicyRequest } from '../decision-input.ts'
import type { Verdict } from '../verdict.ts'
import type { AnalysedChange } from './analysed-change.ts'
import type { Judged } from './judged.ts'
import type { SampledRequest } from './sample-requests.ts'

/** What breaks a rule without any request: an action that the rule itself forbids, or a text that would change it. */
export interface Breach {
  /** Id of the rule. */
  readonly clause: string
  readonly reason: string
}

/** What a change means to one rule of the constitution. */
export interface ClauseFinding {
  readonly id: string
  /** In a plain sentence; null where none is written. */
  readonly says: string | null
  readonly isKept: boolean
  /** How many of the sample it stops after the change. */
  readonly stops: number
  /** How many of these the change would permit, which nothing else would forbid. */
  readonly leanedOn: number
  /** A request by which it is broken; else one that leans on it. */
  readonly example: string | null
  readonly reason: string | null
}

interface Counted {
  stops: number
  leanedOn: number
  leaning: string | null
  broken: string | null
}

/** Holds a change against every rule of the constitution. */
export class ConstitutionCheck {
  readonly #change: AnalysedChange
  readonly #counts: ReadonlyMap<string, Counted>
  /** Policies alone, without any rule of the constitution. */
  readonly #constitution: Readonly<Record<'before' | 'after', ReadonlySet<string>>>
  #leaned = 0

  constructor(change: AnalysedChange) {
    this.#change = change
    const [before, after] = [clausesOf(change.before), clausesOf(change.after)]
    this.#constitution = { before, after }
    this.#counts = new Map(
      [...new Set([...before, ...after])]
        .toSorted()
        .map((id) => [id, { stops: 0, leanedOn: 0, leaning: null, broken: null }]),
    )
  }

  /** Requests that the constitution alone still forbids. */
  get leanedOn(): number {
    return this.#leaned
  }

  add({ says }: SampledRequest, judged: Judged): void {
    const after = stopping(judged.after)
    const isLeaning = after.length > 0 && this.#isLeaning(judged.inputAfter)
    if (isLeaning) this.#leaned++
    for (const id of after) this.#stops(id, says, isLeaning)
    for (const id of this.#heldBefore(judged)) {
      const count = this.#counts.get(id)
      if (count && !after.includes(id)) count.broken ??= says
    }
  }

  list(breaches: readonly Breach[], amended: ReadonlySet<string>): readonly ClauseFinding[] {
    const { before, after } = this.#change
    return [...this.#counts].map(([id, { stops, leanedOn, leaning, broken }]) => {
      const breach = breaches.find(({ clause }) => clause === id)
      const isGone = !after.rules.has(id)
      const isKept = breach === undefined && (amended.has(id) || (broken === null && !isGone))
      const says = (before.rules.get(id) ?? after.rules.get(id))?.says ?? null
      const reason =
        breach?.reason ??
        (isGone
          ? 'The change takes it out of the constitution.'
          : amended.has(id)
            ? 'It is what the vote is about.'
            : null)
      return { id, says, isKept, stops, leanedOn, example: broken ?? leaning, reason }
    })
  }

  #stops(id: string, says: string, isLeaning: boolean): void {
    const count = this.#counts.get(id)
    if (count === undefined) return
    count.stops++
    if (!isLeaning) return
    count.leanedOn++
    count.leaning ??= says
  }

  /** The rules of today about the request of after the change: a change of trust breaks no rule by itself. */
  #heldBefore({ before, inputAfter }: Judged): readonly string[] {
    const { trust, settings, before: bundle, after } = this.#change
    if (bundle.digest === after.digest) return []
    return stopping(trust === null && settings === null ? before : decideFrom(inputAfter, bundle))
  }

  /** Whether policies alone would permit it after the change and would not before. */
  #isLeaning(input: DecisionInput): boolean {
    const { before, after } = this.#change
    return (
      before.digest !== after.digest &&
      permits(after, input, this.#constitution.after) &&
      !permits(before, input, this.#constitution.before)
    )
  }
}

const clausesOf = ({ rules }: ArmedBundle): ReadonlySet<string> => new Set([...rules.keys()].filter(isConstitutional))

const stopping = ({ reasons }: Verdict): readonly string[] =>
  reasons.flatMap(({ code, policyId }) => (code === 'FORBIDDEN_BY_CONSTITUTION' && policyId !== null ? [policyId] : []))

const permits = ({ decider }: ArmedBundle, input: DecisionInput, except: ReadonlySet<string>): boolean =>
  input.subject !== null &&
  decideFailClosed(decider, toPolicyRequest(input, input.subject, input.approval !== null), except).decision === 'allow'
