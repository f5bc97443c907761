import { isUuid } from '#base'
import { explain, type PolicyExplanation } from '#policy'
import type { Records } from '#store'
import type { ArmedBundle } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import { type DecisionInput, questionsOf, toPolicyRequest } from './decision-input.ts'
import { findOutcome, listOpen, type OutcomeRow } from './decision-outcomes.ts'
import { DECISION_COLLECTION, type DecisionRow, groupId, memberOf } from './decision-row.ts'
import type { Verdict } from './verdict.ts'

export interface DecisionBookOptions {
  readonly records: Records
  /** Policies that were in force once; undefined for those that are not kept. */
  readonly findBundle: (digest: string) => Promise<ArmedBundle | undefined>
}

/** What the same input comes to when it is decided again, and how each policy came to what it came to. */
export interface Replayed {
  readonly verdict: Verdict
  /** The same word, effect and reasons as then. */
  readonly same: boolean
  readonly explanation: PolicyExplanation | undefined
  readonly bundle: ArmedBundle
}

/** Decisions that were made: found, explained, and decided again. */
export class DecisionBook {
  readonly #options: DecisionBookOptions

  constructor(options: DecisionBookOptions) {
    this.#options = options
  }

  /** Undefined for one that there never was, that has expired, or was erased with what it spoke of. */
  async find(id: string): Promise<DecisionRow | undefined> {
    if (!isUuid(id)) return undefined
    const { records } = this.#options
    const own = await records.find<DecisionRow>(DECISION_COLLECTION.name, id)
    if (own !== undefined) return own.value
    const gathered = await records.find<DecisionRow>(DECISION_COLLECTION.name, groupId(id))
    return gathered !== undefined && memberOf(id) < gathered.value.count ? gathered.value : undefined
  }

  /** What became of a decision that acts outside the store; undefined for others, and once it has expired. */
  outcomeOf(id: string): Promise<OutcomeRow | undefined> {
    return findOutcome(this.#options.records, id)
  }

  /** Decisions of what acts outside the store that have no outcome yet, oldest first; those whose rows are gone are left out. */
  async listUnpaired(): Promise<readonly DecisionRow[]> {
    const open = await listOpen(this.#options.records)
    const rows = await Promise.all(open.map(({ id }) => this.find(id)))
    return rows.filter((row) => row !== undefined)
  }

  /** Undefined where the policies of then are not kept. */
  async replay({ input, verdict }: Pick<DecisionRow, 'input' | 'verdict'>): Promise<Replayed | undefined> {
    const bundle = await this.#options.findBundle(input.bundle)
    if (bundle === undefined) return undefined
    const again = decideFrom(input, bundle)
    return {
      verdict: again,
      same: isSameVerdict(again, verdict),
      explanation: hasAskedPolicies(again) ? explanationOf(input, bundle) : undefined,
      bundle,
    }
  }
}

/** Of what policies were asked, that which they refuse; else the first. */
function explanationOf(input: DecisionInput, { engine }: ArmedBundle): PolicyExplanation | undefined {
  const { subject, absent, approval } = input
  if (subject === null || absent || input.noBody) return undefined
  const all = questionsOf(input).map((asked) => explain(engine, toPolicyRequest(asked, subject, approval !== null)))
  return all.find(({ decided }) => decided.decision === 'deny') ?? all[0]
}

/** What was stopped before them, by the scopes of a token or an emergency, asked no policy. */
const hasAskedPolicies = ({ steps }: Verdict): boolean =>
  steps.some(({ step, result }) => step === 'constitution' && result !== 'unreached')

/** Reasons count by step, code and policy: their sentences may be put better one day. */
export function isSameVerdict(one: Verdict, other: Verdict): boolean {
  const said = ({ effect, applied, word, mode, reasons, steps }: Verdict): string =>
    JSON.stringify([
      [effect, applied, word, mode],
      reasons.map(({ step, code, policyId }) => [step, code, policyId]),
      steps.map(({ step, result }) => [step, result]),
    ])
  return said(one) === said(other)
}
