import type { ErrorCode } from '@forge-cascade/contract'
import { CascadeError, type Clock, isCascadeError, isWithin } from '#base'
import type { Subject } from '#identity'
import type { Grant } from '#store'
import type { InputSubject } from '../decision-input.ts'
import type { Outcome } from '../decision-outcomes.ts'
import type { GateWitness } from '../gate.ts'
import type { Verdict } from '../verdict.ts'
import type { Testimony, TrustEngine } from './trust-engine.ts'

export interface TrustFeedOptions {
  readonly engine: Pick<TrustEngine, 'failuresOf' | 'record'>
  readonly findSubject: (id: string) => Promise<Subject | undefined>
  /** The gate's word that evidence may be kept. @throws CascadeError FORBIDDEN, EMERGENCY_ACTIVE. */
  readonly grant: () => Grant<'trust.change'>
  readonly clock: Clock
  readonly newId: () => string
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** So many denials within `DENIALS_MS` milliseconds are one piece of evidence: a slip of the hand is none. */
export const DENIALS_COUNTED = 10
export const DENIALS_MS = 60 * 60 * 1000
/** Subjects whose denials are counted; beyond them counting begins anew. */
const COUNTED_MAX = 10_000
/** Evidence that waits to be kept; what comes beyond is lost, and told of. */
const WAITING_MAX = 1000
/** Tries, where somebody else changes the subject at the same moment. */
const TRIES = 3
/** The steps whose denials speak against who asks: the others tell of the moment, or would count low trust twice. */
const TELLING_STEPS: ReadonlySet<string> = new Set(['constitution', 'policy'])
/**
 * What a failure says of who acts: it tried what it may not. Every other code tells of the moment, of the instance, of what
 * others changed, or of a question that had no answer.
 */
const ITS_FAULT: ReadonlySet<string | null> = new Set<ErrorCode>(['FORBIDDEN'])

/**
 * Brings the trust engine what the gate sees: denials, and what became of what acts outside the store. All of it is caused by
 * the subject itself, so that none of it ever raises trust.
 */
export class TrustFeed implements GateWitness, AsyncDisposable {
  readonly #options: TrustFeedOptions
  readonly #denials = new Map<string, { since: number; count: number }>()
  #waiting = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(options: TrustFeedOptions) {
    this.#options = options
  }

  denied({ id, trust }: InputSubject, { steps }: Verdict): void {
    const isTelling = steps.some(({ step, result }) => result === 'stopped' && TELLING_STEPS.has(step))
    if (!isTelling || !isMovable(trust)) return
    const now = this.#options.clock()
    const known = this.#denials.get(id)
    const count = known && isWithin(now, known.since, DENIALS_MS) ? known.count + 1 : 1
    if (this.#denials.size >= COUNTED_MAX) this.#denials.clear()
    this.#denials.set(id, { since: count === 1 || known === undefined ? now : known.since, count })
    if (count !== DENIALS_COUNTED) return
    this.#bring(id, 'denial', `${DENIALS_COUNTED} denials within an hour`)
  }

  ended(subject: string, action: string, { word, code }: Outcome): void {
    if (word === 'done') this.#bring(subject, 'success', `${action} was carried out`)
    if (word === 'failed' && ITS_FAULT.has(code)) this.#bring(subject, 'failure', `${action} failed with ${code}`)
  }

  /** Resolves when what was brought until now is kept, or lost and told of. */
  async settle(): Promise<void> {
    await this.#turn
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle()
  }

  #bring(subject: string, kind: 'denial' | 'failure' | 'success', note: string): void {
    const { onTrouble } = this.#options
    const isLost = (error: unknown): void => onTrouble('evidence about a subject was not kept', error)
    if (this.#waiting >= WAITING_MAX) {
      isLost(new CascadeError('UNAVAILABLE', `More than ${WAITING_MAX} pieces of evidence wait.`))
      return
    }
    this.#waiting++
    this.#turn = this.#turn
      .then(() => this.#keep(subject, kind, note))
      .catch(isLost)
      .finally(() => {
        this.#waiting--
      })
  }

  async #keep(id: string, kind: 'denial' | 'failure' | 'success', note: string): Promise<void> {
    const { engine, findSubject, grant, newId } = this.#options
    const subject = await findSubject(id)
    if (subject === undefined || !isMovable(subject.trust)) return
    // People mistype; of what runs by itself three failures in a row are a fault.
    if (kind !== 'denial' && subject.kind === 'person') return
    // A success of its own breaks a row of failures, and does nothing else.
    if (kind === 'success' && (await engine.failuresOf(id)) === 0) return
    const testimony: Testimony = { subject: id, kind, by: subject, note }
    for (let tries = 1; ; tries++) {
      try {
        await engine.record({ grant: grant(), command: { id: newId().replaceAll('-', '') } }, testimony)
        return
      } catch (error) {
        if (tries === TRIES || !isCascadeError(error) || error.code !== 'REVISION_MISMATCH') throw error
      }
    }
  }
}

/** CORE is changed by people alone, and quarantine is lifted by people alone: evidence about either would say nothing. */
const isMovable = (trust: number): boolean => trust > 0 && trust < 100
