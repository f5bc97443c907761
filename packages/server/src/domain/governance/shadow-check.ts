import { CascadeError } from '#base'
import type { HealthFinding } from '#boot'
import {
  type EntityJson,
  type FallbackEngine,
  type PolicyBundle,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyRequest,
  type PolicySetJson,
  policiesOf,
} from '#policy'
import { type Grant, toRecord, type UnitOfWork } from '#store'
import type { ArmedBundle } from './armed-bundle.ts'
import { questionsOf as asksOf, type DecisionInput, toPolicyRequest } from './decision-input.ts'

/** What Cedar itself is asked, somewhere beside. */
export interface CedarQuestions {
  readonly policies: PolicySetJson
  readonly fixed: readonly EntityJson[]
  readonly questions: readonly { readonly request: PolicyRequest; readonly except: readonly string[] }[]
}

/** A gate whose policies may come into doubt. */
interface WatchedGate {
  readonly bundle: ArmedBundle
  readonly isDoubted: boolean
  arm(bundle: ArmedBundle): void
  /** Denies everything until policies are armed that somebody else decides by. */
  doubt(): void
}

export interface ShadowCheckOptions {
  readonly gate: WatchedGate
  readonly store: Pick<UnitOfWork, 'append'>
  /** Cedar's decisions, in the order of the questions, off this thread. @throws CascadeError UNAVAILABLE. */
  readonly ask: (work: CedarQuestions) => Promise<readonly PolicyDecision[]>
  /** Cedar itself, on this thread. */
  readonly fallback: (bundle: PolicyBundle) => Promise<FallbackEngine>
  /** The gate's word that it may be told. @throws CascadeError FORBIDDEN, EMERGENCY_ACTIVE. */
  readonly grant: () => Grant<'policy.apply'>
  readonly newId: () => string
  /** A number from 0 to 1, 1 excluded. */
  readonly chance: () => number
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** Decisions are held against Cedar so often, in milliseconds, and so many of them: one a second. */
export const SHADOW_EVERY_MS = 60_000
export const SHADOWED_MAX = 60

interface Sample {
  readonly bundle: ArmedBundle
  readonly input: DecisionInput
}

/** What is to be told: the policies in which the two differ. */
interface Doubt {
  readonly bundle: string
  readonly policies: readonly string[]
}

const NOTHING_FOUND: HealthFinding = { status: 'ok', detail: 'compiled policies decide as Cedar does' }
const DENYING: HealthFinding = {
  status: 'failed',
  detail: 'compiled policies do not decide as Cedar does; everything is denied',
}
const BY_CEDAR: HealthFinding = {
  status: 'degraded',
  detail: 'compiled policies do not decide as Cedar does; Cedar itself decides until the next start',
}

/**
 * Holds a sample of what the compiled policies decided against Cedar itself, off the path of requests. Where they differ the
 * gate denies until Cedar is there, and goes by Cedar from then on.
 */
export class ShadowCheck implements AsyncDisposable {
  readonly #options: ShadowCheckOptions
  #samples: Sample[] = []
  #seen = 0
  #untold: Doubt | undefined
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #finding = NOTHING_FOUND
  #isOver = false

  constructor(options: ShadowCheckOptions) {
    this.#options = options
  }

  /** For probes, which anyone may read. */
  get finding(): HealthFinding {
    return this.#finding
  }

  /** A decision that was made; each of a round has the same chance to be looked at. */
  offer(input: DecisionInput): void {
    const { gate, chance } = this.#options
    if (input.subject === null || gate.isDoubted || this.#isOver) return
    const sample = { bundle: gate.bundle, input }
    this.#seen++
    if (this.#samples.length < SHADOWED_MAX) this.#samples.push(sample)
    else {
      const place = Math.floor(chance() * this.#seen)
      if (place < SHADOWED_MAX) this.#samples[place] = sample
    }
    this.#wake()
  }

  /** Holds what was sampled until now against Cedar. Rejects never. */
  look(): Promise<void> {
    this.#round = this.#round.then(() => this.#look())
    return this.#round
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#samples = []
    await this.#round
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.look()
    }, SHADOW_EVERY_MS).unref()
  }

  async #look(): Promise<void> {
    const { gate, onTrouble } = this.#options
    const samples = this.#samples.filter(({ bundle }) => bundle === gate.bundle)
    this.#samples = []
    this.#seen = 0
    try {
      if (samples.length > 0) await this.#compare(gate.bundle, samples)
      if (gate.isDoubted) await this.#replace()
      await this.#tell()
    } catch (error) {
      onTrouble('decisions could not be held against Cedar', error)
      if (gate.isDoubted && !this.#isOver) this.#wake()
    }
  }

  async #compare(bundle: ArmedBundle, samples: readonly Sample[]): Promise<void> {
    const questions = samples.flatMap(({ input }) => questionsOf(input, bundle))
    const { actions } = bundle.bundle
    const answers = await this.#options.ask({ policies: policiesOf(bundle.bundle), fixed: actions, questions })
    const differing = questions.flatMap(({ request, except }, at) => {
      const own = bundle.engine.decide(request, new Set(except))
      const answer = answers[at]
      return answer !== undefined && saidBy(own) === saidBy(answer) ? [] : [own, ...(answer ? [answer] : [])]
    })
    if (differing.length === 0) return
    const policies = [...new Set(differing.flatMap(({ reasons }) => reasons))].sort()
    this.#finding = DENYING
    this.#untold = { bundle: bundle.digest, policies: policies.slice(0, POLICIES_TOLD) }
    // Before anything is waited for: nothing is allowed by what is in doubt.
    this.#options.gate.doubt()
    const told = `policies ${this.#untold.policies.join(', ') || '(none of them)'}`
    this.#options.onTrouble('compiled policies do not decide as Cedar does', new CascadeError('INTERNAL', told))
  }

  /** Puts Cedar in the place of what is in doubt, whichever policies are in force by now. */
  async #replace(): Promise<void> {
    const { gate, fallback } = this.#options
    while (gate.bundle.decider === DENIER) {
      const { bundle } = gate
      const cedar = await fallback(bundle.bundle)
      if (gate.bundle === bundle) gate.arm({ ...bundle, decider: cedar })
    }
    this.#finding = BY_CEDAR
  }

  async #tell(): Promise<void> {
    const { store, grant, newId } = this.#options
    if (this.#untold === undefined) return
    const granted = grant()
    const told = { bundle: this.#untold.bundle, policies: [...this.#untold.policies] }
    const about = 'governance/policies'
    const [outcome] = await store.append([
      {
        id: newId().replaceAll('-', ''),
        grant: granted,
        changes: [],
        records: [toRecord(granted, 'policy.doubted', about, told, {})],
        events: [{ type: 'cascade.policy.doubted', subject: about, data: { bundle: told.bundle } }],
      },
    ])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
    this.#untold = undefined
  }
}

/** Policies that an entry of the log names. */
const POLICIES_TOLD = 20

/** Decides for what is in doubt: it denies, and says why. */
export const DENIER: PolicyEngine = {
  decide: () => ({
    decision: 'deny',
    reasons: [],
    errors: [{ policyId: null, message: 'The compiled policies are in doubt, and Cedar is being loaded' }],
  }),
}

/** What the gate asks the policies: all of them, and those that are enforced for everybody where some are not. */
function questionsOf(input: DecisionInput, { relaxed }: ArmedBundle): CedarQuestions['questions'] {
  const { subject, approval } = input
  if (subject === null) return []
  return asksOf(input).flatMap((asked) => {
    const request = toPolicyRequest(asked, subject, approval !== null)
    return [{ request, except: [] }, ...(relaxed.length > 0 ? [{ request, except: relaxed }] : [])]
  })
}

/** Errors count by their policy: the two put them in words of their own. */
const saidBy = ({ decision, reasons, errors }: PolicyDecision): string =>
  JSON.stringify([decision, reasons, errors.map(({ policyId }) => policyId).sort()])
