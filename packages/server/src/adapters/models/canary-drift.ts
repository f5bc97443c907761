import type { Clock } from '#base'
import { CONFIGURED, type DriftReading, type ProviderDrift } from '#routing'
import { dot } from '../../domain/capsules/embedding/index.ts'
import type { RoutedEmbedder } from './routed-embedder.ts'

/** Fixed texts that every provider is asked now and then: nothing of anybody's knowledge. */
export const CANARY_TEXTS = [
  'Backups run every night at two.',
  'The invoice was paid by the customer last week.',
  'A Merkle tree proves that an entry is in a log.',
] as const
/** A mean cosine so far below 1 is the worst: quantised builds of one model stay within a fifth of it. */
export const COSINE_LOSS_WORST = 0.25
/** What the last measurement counts beside those before. */
const NEWEST = 0.5

/**
 * How far the answers of providers have drifted from those of the configured embedder: fixed texts are embedded by all, and the
 * mean cosine to the reference is compared with 1. The reference is what the configured embedder said first, so that it drifts
 * itself where it comes to say something else.
 */
export class CanaryDrift implements ProviderDrift {
  readonly #clock: Clock
  readonly #readings = new Map<string, DriftReading>()
  #reference: readonly Float32Array[] | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  read(provider: string): DriftReading | undefined {
    return this.#readings.get(provider)
  }

  /** Asks each provider that may be asked. One that does not answer keeps what was measured before. */
  async measure(providers: Pick<RoutedEmbedder, 'ask' | 'names'>, signal?: AbortSignal): Promise<void> {
    this.#reference ??= await providers.ask(CONFIGURED, CANARY_TEXTS, signal)
    for (const name of this.#readings.keys()) if (!providers.names.includes(name)) this.#readings.delete(name)
    if (this.#reference === undefined) return
    for (const name of providers.names) {
      const vectors = await providers.ask(name, CANARY_TEXTS, signal)
      if (vectors !== undefined) this.#note(name, driftBetween(this.#reference, vectors))
    }
  }

  #note(name: string, measured: number): void {
    const before = this.#readings.get(name)
    const value = before === undefined ? measured : NEWEST * measured + (1 - NEWEST) * before.value
    this.#readings.set(name, { value, samples: (before?.samples ?? 0) + CANARY_TEXTS.length, at: this.#clock() })
  }
}

/** 0 where the vectors say the same, 1 from a mean cosine of 0.75 downward. */
function driftBetween(reference: readonly Float32Array[], vectors: readonly Float32Array[]): number {
  const cosines = reference.map((one, index) => dot(one, vectors[index] ?? new Float32Array(one.length)))
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / reference.length
  return Math.min(1, Math.max(0, (1 - mean) / COSINE_LOSS_WORST))
}
