import { CascadeError } from '#base'
import type { RiskProvider } from '../providers.ts'

/** For so long a change of affect counts. */
export const AFFECT_FRESH_MS = 10 * 60_000
/** Subjects that are remembered; the one whose change was told longest ago is forgotten first. */
export const AFFECT_SUBJECTS_MAX = 10_000

interface Told {
  /** 0-100. */
  readonly value: number
  readonly at: number
}

/** -1 to 1 with at most 4 digits after the point. */
const DELTA = /^-?(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/

/**
 * A change of affect as the header has it.
 *
 * @throws CascadeError VALIDATION_FAILED unless it is a number from -1 to 1.
 */
export function parseAffectDelta(header: unknown): number | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && DELTA.test(header)) return Number(header)
  const message = 'a number from -1 to 1, with at most 4 digits after the point'
  throw new CascadeError('VALIDATION_FAILED', `The header Cascade-Affect-Delta is not ${message}.`, {
    errors: [{ pointer: '#/header/cascade-affect-delta', code: 'invalid_format', message }],
  })
}

/**
 * Changes of affect that callers told of themselves. Only the size counts, whichever way it goes, and a smaller one takes
 * nothing away from a greater one that still counts: what a caller tells never lowers its risk.
 */
export class AffectDeltas {
  readonly #clock: () => number
  readonly #told = new Map<string, Told>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** @param delta -1 to 1. */
  tell(subject: string, delta: number): void {
    const value = Math.round(100 * Math.min(1, Math.abs(delta)))
    if (value < this.#valueOf(subject)) return
    this.#told.delete(subject)
    this.#told.set(subject, { value, at: this.#clock() })
    if (this.#told.size > AFFECT_SUBJECTS_MAX) this.#told.delete(this.#told.keys().next().value ?? subject)
  }

  /** For the guardian. Who told nothing has no change of affect: 0, which is no unknown. */
  provider(): RiskProvider {
    return {
      name: 'affect_delta',
      freshMs: AFFECT_FRESH_MS,
      read: ({ subject }) => ({ value: this.#valueOf(subject), at: this.#clock() }),
    }
  }

  forget(subject: string): void {
    this.#told.delete(subject)
  }

  #valueOf(subject: string): number {
    const told = this.#told.get(subject)
    return told !== undefined && this.#clock() - told.at <= AFFECT_FRESH_MS ? told.value : 0
  }
}
