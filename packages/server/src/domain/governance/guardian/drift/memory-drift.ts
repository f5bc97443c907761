import type { RiskProvider } from '../providers.ts'
import { axesOf, DriftStream } from './drift-stream.ts'

/** Writers that are followed; the one that was quiet for longest is forgotten first. */
export const DRIFT_SUBJECTS_MAX = 1000
/** What the drift of the whole memory counts for somebody who did not drift: others cannot be locked out by it. */
export const WHOLE_SHARE = 0.2
/** For so long the last measurement counts where measuring fails. */
export const DRIFT_FRESH_MS = 10 * 60_000

/** One committed version, as it is followed. */
export interface Write {
  /** Who wrote it. */
  readonly subject: string
  readonly model: string
  readonly vector: Float32Array
}

/**
 * The drift of the memory: of each writer against its own baseline, and of all that is written against that of the instance.
 * A function of the writes that it was told of, in memory; another embedding model begins anew.
 */
export class MemoryDrift {
  readonly #writers = new Map<string, DriftStream>()
  #axes: readonly Float32Array[] = []
  #whole: DriftStream | undefined
  #model = ''
  #lastSoundAt: number | undefined

  /** 0-1: the drift of all that is written. */
  get whole(): number {
    return this.#whole?.drift ?? 0
  }

  /** A vector without a direction, or with what is no number in it, tells nothing. */
  add({ subject, model, vector: given }: Write): void {
    const vector = toUnit(given)
    if (vector === undefined) return
    const space = `${model} ${vector.length}`
    if (this.#whole === undefined || this.#model !== space) this.#begin(space, vector.length)
    const writer = this.#writers.get(subject) ?? new DriftStream(this.#axes)
    this.#writers.delete(subject)
    this.#writers.set(subject, writer)
    if (this.#writers.size > DRIFT_SUBJECTS_MAX) this.#writers.delete(this.#writers.keys().next().value ?? subject)
    writer.add(vector)
    this.#whole?.add(vector)
  }

  /** 0-100, an integer: what a subject wrote itself counts in full, what all wrote by {@link WHOLE_SHARE}. */
  scoreOf(subject: string): number {
    const own = this.#writers.get(subject)?.drift ?? 0
    return Math.round(100 * Math.max(own, WHOLE_SHARE * this.whole))
  }

  /** Drops what is known of a writer that is erased. */
  forget(subject: string): void {
    this.#writers.delete(subject)
  }

  /** @param lastSoundAt milliseconds since 1970 when measuring last worked, while it fails; undefined when it works. */
  tellFailing(lastSoundAt: number | undefined): void {
    this.#lastSoundAt = lastSoundAt
  }

  /** For the guardian. Of whom too little was written there is no drift: 0, which is no unknown. */
  provider(clock: () => number): RiskProvider {
    return {
      name: 'drift_score',
      freshMs: DRIFT_FRESH_MS,
      read: ({ subject }) => ({ value: this.scoreOf(subject), at: this.#lastSoundAt ?? clock() }),
    }
  }

  #begin(space: string, dimensions: number): void {
    this.#writers.clear()
    this.#axes = axesOf(dimensions)
    this.#whole = new DriftStream(this.#axes)
    this.#model = space
  }
}

function toUnit(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return Number.isFinite(length) && length > 0 ? vector.map((value) => value / length) : undefined
}
