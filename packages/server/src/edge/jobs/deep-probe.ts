import type { Action } from '@forge-cascade/contract'
import { CascadeError, type Clock, isCascadeError, isWithin, messageOf } from '#base'
import type { HealthFinding } from '#boot'
import {
  type AskContext,
  archiveCapsule,
  ask,
  type Call,
  createCapsule,
  restoreCapsule,
  searchCapsules,
} from '#capsules'
import { type Gate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import { type KernelLog, withDeadline } from '#lifecycle'

export interface DeepProbeOptions {
  readonly context: AskContext
  readonly gate: Gate
  /** In whose name it writes. */
  readonly subject: Subject
  readonly clock: Clock
  readonly log: KernelLog
  /** All steps together; each may take a quarter. */
  readonly msMax?: number
}

export interface DeepFinding {
  readonly status: HealthFinding['status']
  readonly checks: readonly (HealthFinding & { readonly name: string; readonly age_ms: number })[]
}

/** Where its one capsule lives. */
export const PROBE_SCOPE = { identity: 'cascade-probe', lane: 'health', fold: 'deep' } as const
const TEXT =
  'The deep probe writes this sentence about a quixotic axolotl, finds it again, quotes it and takes it away.'
const QUESTION = 'What does the deep probe write about a quixotic axolotl?'
/** A finding is kept for this long, so that asking often does not write often. */
export const DEEP_AGE_MS = 10_000
export const DEEP_MS_MAX = 15_000
/** Capsules of the scope that are looked through for its own: it holds one, unless somebody else writes there. */
const LOOKED_AT = 20

/**
 * Tries what the instance is for: a write, a search that finds it, an answer that quotes it. The same capsule is brought
 * back and put away each time, so that a store with a million probes behind it holds one archived capsule more. The log,
 * which forgets nothing, grows by two records with each: at most 17,280 a day, by `DEEP_AGE_MS`. The capsule's trust is 0:
 * no search finds it that does not ask for that.
 */
export class DeepProbe {
  readonly #options: DeepProbeOptions
  #running: Promise<void> | undefined
  #last: { readonly at: number; readonly finding: DeepFinding } | undefined

  constructor(options: DeepProbeOptions) {
    this.#options = options
  }

  /** The newest finding; a new one when that is old. Callers at the same time share one. Never rejects. */
  async look(): Promise<DeepFinding> {
    const { clock } = this.#options
    if (this.#last === undefined || !isWithin(clock(), this.#last.at, DEEP_AGE_MS)) {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined
      })
      await this.#running
    }
    const { at, finding } = this.#last ?? { at: clock(), finding: NOT_LOOKED }
    const age_ms = Math.max(0, clock() - at)
    return { ...finding, checks: finding.checks.map((check) => ({ ...check, age_ms })) }
  }

  async #run(): Promise<void> {
    const checks: { name: string; status: HealthFinding['status']; detail: string; age_ms: number }[] = []
    let id: string | undefined
    const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      const startedAt = performance.now()
      const { status, detail } = await this.#attempt(name, work)
      const took = `${Math.round(performance.now() - startedAt)} ms`
      checks.push({ name, status, detail: status === 'ok' ? took : detail, age_ms: 0 })
    }
    const steps = [
      ['write', async () => (id = await this.#write())],
      ['search', () => this.#find(id)],
      ['cite', () => this.#cite(id)],
    ] as const
    for (const [name, work] of steps) {
      if (checks.some(({ status }) => status === 'failed'))
        checks.push({ name, status: 'failed', detail: 'not tried', age_ms: 0 })
      else await step(name, work)
    }
    // What an earlier probe could not take away is taken away here, too.
    await step('remove', () => this.#remove(id))
    const status = checks.some((check) => check.status === 'failed') ? 'failed' : 'ok'
    this.#last = { at: this.#options.clock(), finding: { status, checks } }
  }

  async #attempt(name: string, work: () => Promise<unknown>): Promise<HealthFinding> {
    const stepMsMax = (this.#options.msMax ?? DEEP_MS_MAX) / 4
    const outcome = await withDeadline(work, stepMsMax)
    if (outcome.kind === 'done') return { status: 'ok', detail: '' }
    if (outcome.kind === 'late') return { status: 'failed', detail: `no answer within ${stepMsMax} ms` }
    this.#options.log.warn('the deep probe failed', { step: name, reason: messageOf(outcome.error) })
    // The message may hold paths; the code never does.
    return { status: 'failed', detail: isCascadeError(outcome.error) ? outcome.error.code : 'see the log' }
  }

  async #write(): Promise<string> {
    const { context } = this.#options
    const own = await this.#findOwn()
    if (own !== undefined) return (await restoreCapsule(context, this.#call('capsule.restore'), own)).id
    const { outcome } = await createCapsule(context, this.#call('capsule.create'), {
      ...PROBE_SCOPE,
      content: TEXT,
      type: 'knowledge',
      title: 'Deep probe',
      trust: 0,
      dedupe: 'none',
    })
    if (!outcome.ok) throw outcome.error
    return outcome.receipt.id ?? ''
  }

  async #findOwn(): Promise<string | undefined> {
    const { store } = this.#options.context
    const filter = { ...PROBE_SCOPE, statuses: ['ACTIVE', 'ARCHIVED'] as const }
    const { items } = await store.capsules.list(filter, { limit: LOOKED_AT })
    return items.find(({ content }) => content === TEXT)?.id
  }

  async #find(id: string | undefined): Promise<void> {
    const { context } = this.#options
    const question = {
      ...PROBE_SCOPE,
      q: QUESTION,
      limit: LOOKED_AT,
      min_trust: 0,
      mode: 'hybrid',
      explain: false,
    } as const
    const { hits } = await searchCapsules(context, question)
    if (!hits.some(({ capsule }) => capsule.id === id))
      throw new CascadeError('INTERNAL', 'the search did not find what was written')
  }

  async #cite(id: string | undefined): Promise<void> {
    const { quotes } = await ask(this.#options.context, { ...PROBE_SCOPE, question: QUESTION, min_trust: 0 })
    if (!quotes.some(({ hit, text }) => hit.capsule.id === id && TEXT.includes(text)))
      throw new CascadeError('INTERNAL', 'the answer did not quote what was written')
  }

  async #remove(id: string | undefined): Promise<void> {
    const found = id ?? (await this.#findOwn())
    if (found !== undefined) await archiveCapsule(this.#options.context, this.#call('capsule.archive'), found)
  }

  /** Each step passes the gate like anyone else's. */
  #call<A extends Action>(action: A): Call<A> {
    const { gate, subject, context } = this.#options
    const ask = { action, resource: 'capsule/*', subject, correlationId: context.newId() }
    return {
      grant: requireGrant(gate.decide<A>(ask)),
      subject,
      command: { id: context.newId().replaceAll('-', '') },
      grantSubject: () => requireGrant(gate.decide({ ...ask, action: 'subject.create' })),
    }
  }
}

const NOT_LOOKED: DeepFinding = { status: 'failed', checks: [] }
