import { formatUuid, isUuid, uuidBytes } from '#base'
import { explain, type PolicyExplanation } from '#policy'
import type { Records } from '#store'
import type { ArmedBundle } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import { toPolicyRequest } from './decision-input.ts'
import { DECISION_COLLECTION, type DecisionRow } from './decision-row.ts'
import { GATHERED_MS } from './gather-decisions.ts'
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

const PAGE = 500

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
    return own?.value ?? this.#findGathered(id)
  }

  /** Undefined where the policies of then are not kept. */
  async replay({ input, verdict }: Pick<DecisionRow, 'input' | 'verdict'>): Promise<Replayed | undefined> {
    const bundle = await this.#options.findBundle(input.bundle)
    if (bundle === undefined) return undefined
    const again = decideFrom(input, bundle)
    const explanation =
      input.subject === null || input.absent
        ? undefined
        : explain(bundle.engine, toPolicyRequest(input, input.subject, input.approval !== null))
    return { verdict: again, same: isSameVerdict(again, verdict), explanation, bundle }
  }

  async #findGathered(id: string): Promise<DecisionRow | undefined> {
    const { records } = this.#options
    // It stands under the id of the first of those it was gathered with; ids and times of decisions differ by little.
    let after = before(id, 2 * GATHERED_MS)
    for (;;) {
      const page = await records.list<DecisionRow>(DECISION_COLLECTION.name, { limit: PAGE, after })
      for (const { key, value } of page.items) {
        if (key > id) return undefined
        if (value.ids.includes(id)) return value
      }
      if (page.next === undefined) return undefined
      after = page.next
    }
  }
}

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

const TIME_BYTES = 6

/** The least UUIDv7 of a moment that many milliseconds before that of another. @see RFC 9562 section 5.7 */
function before(id: string, ms: number): string {
  const bytes = Buffer.from(uuidBytes(id))
  const time = Math.max(0, bytes.readUIntBE(0, TIME_BYTES) - ms)
  const least = Buffer.alloc(bytes.length)
  least.writeUIntBE(time, 0, TIME_BYTES)
  return formatUuid(least)
}
