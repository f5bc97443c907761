import { isCascadeError } from '#base'
import { type PolicyBundle, type PolicyFile, splitPolicies } from '#policy'
import { isConstitutional } from '../armed-bundle.ts'
import { comparePolicies } from '../compare-policies.ts'
import type { PolicyDesk } from '../policy-desk.ts'
import type { ProposalRow } from './proposal-row.ts'

/** A rule as whoever votes reads it. */
export interface RuleRead {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  /** Its plain sentence; null where none is written. */
  readonly says: string | null
  /** In Cedar. */
  readonly text: string
}

/** What policies that are voted on differ in from those in force; of what was carried out, from those that were. */
export interface PolicyDifference {
  readonly added: readonly RuleRead[]
  readonly removed: readonly RuleRead[]
  /** As they would be. */
  readonly changed: readonly (RuleRead & { readonly before: RuleRead })[]
}

type Policies = Pick<PolicyDesk, 'bundle' | 'clauseTouched' | 'find' | 'read' | 'readBuiltIn'>
type Read = { readonly bundle: PolicyBundle; readonly files: readonly PolicyFile[] }

/** Proposals whose policies are kept as they were read: reading takes far longer than comparing, and what is proposed stays as it is. */
const KEPT = 16

/** Says in what policies that are voted on differ from those in force. The constitution is not among them. */
export class PolicyDifferences {
  readonly #policies: Policies
  readonly #kept = new Map<string, Read>()

  constructor(policies: Policies) {
    this.#policies = policies
  }

  /** Null for other proposals, for policies that would change the constitution, and where one side cannot be read any more. */
  async of({ action, digest, execution }: ProposalRow): Promise<PolicyDifference | null> {
    if (action.type !== 'policy_change') return null
    if (action.files !== null && this.#policies.clauseTouched(action.files) !== undefined) return null
    const past = execution?.before
    const [before, after] = await Promise.all([
      past?.type !== 'policies'
        ? this.#policies.bundle
        : past.digest === null
          ? this.#policies.readBuiltIn()
          : this.#policies.find(past.digest),
      this.#read(digest, action.files),
    ])
    return before && after ? differenceOf(before, after) : null
  }

  async #read(digest: string, files: readonly PolicyFile[] | null): Promise<Read | undefined> {
    if (files === null) return this.#policies.readBuiltIn()
    const kept = this.#kept.get(digest)
    if (kept) return kept
    try {
      const read = await this.#policies.read(files)
      if (read.bundle === undefined) return undefined
      const found = { bundle: read.bundle, files: read.files }
      this.#kept.set(digest, found)
      const [oldest] = this.#kept.keys()
      if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
      return found
    } catch (error) {
      // They were sound when they were proposed; the program has another constitution or schema since.
      if (isCascadeError(error) && error.code === 'UNPROCESSABLE') return undefined
      throw error
    }
  }
}

function differenceOf(before: Read, after: Read): PolicyDifference {
  const { added, removed, changed } = comparePolicies(ordinary(before.bundle), ordinary(after.bundle))
  const rulesOf = (ids: readonly string[], of: Read): readonly RuleRead[] => ids.map((id) => ruleOf(id, of))
  return {
    added: rulesOf(added, after),
    removed: rulesOf(removed, before),
    changed: changed.map((id) => ({ ...ruleOf(id, after), before: ruleOf(id, before) })),
  }
}

/** Clauses that were voted for between the two belong to neither. */
const ordinary = (bundle: PolicyBundle): PolicyBundle => ({
  ...bundle,
  policies: bundle.policies.filter(({ id }) => !isConstitutional(id)),
})

function ruleOf(id: string, { bundle, files }: Read): RuleRead {
  const found = bundle.policies.find((policy) => policy.id === id)
  const file = files.find(({ path }) => path === found?.file)
  const { effect = 'forbid', annotations = {} } = found?.json ?? {}
  const said: Readonly<Record<string, string>> = annotations
  const named = new RegExp(String.raw`@id\(\s*"${id.replaceAll('.', String.raw`\.`)}"\s*\)`)
  const text = splitPolicies(file?.text ?? '').find((one) => named.test(one.text))?.text ?? ''
  return { id, effect, says: said.says ?? null, text: text.trim() }
}
