import { CascadeError, type Clock, isCascadeError, messageOf } from '#base'
import { type CallOutcome, CONFIGURED, type LiveRouting, type RoutingRequest, STICKY_CHARACTERS } from '#routing'
import type { Embedder, EmbeddingOrigin, EmbeddingPurpose } from '../../domain/capsules/embedding/index.ts'
import { TextsRefused } from './openai-request.ts'

export interface RoutedEmbedderOptions {
  /** The embedder of the configuration file: its space is that of all. It is disposed with this one. */
  readonly configured: Embedder
  readonly live: LiveRouting
  readonly clock: Clock
  /** Told when a provider is asked no more for a while. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** A provider, and how many calls to it are under way: one that is taken away ends with the last of them. */
interface Held {
  readonly embedder: Embedder
  calls: number
  isRetired: boolean
}

/**
 * Asks the provider that the rules name, and the next where one fails. Without rules it is the configured embedder and nothing
 * else. What a caller gives up, and texts that a provider refuses, count against nobody.
 */
export class RoutedEmbedder implements Embedder {
  readonly #options: RoutedEmbedderOptions
  #held: ReadonlyMap<string, Held>

  constructor(options: RoutedEmbedderOptions) {
    this.#options = options
    this.#held = new Map([[CONFIGURED, hold(options.configured)]])
  }

  get model(): string {
    return this.#options.configured.model
  }

  get dimensions(): number {
    return this.#options.configured.dimensions
  }

  get sees(): Embedder['sees'] {
    return this.#options.configured.sees
  }

  /** Asks other providers from here on; the configured one stays. One that was there before and is handed in again stays, too. */
  use(providers: ReadonlyMap<string, Embedder>): void {
    const before = this.#held
    const own = before.get(CONFIGURED) ?? hold(this.#options.configured)
    const held = new Map([[CONFIGURED, own]])
    const known = new Map([...before.values()].map((one) => [one.embedder, one]))
    for (const [name, embedder] of providers) held.set(name, known.get(embedder) ?? hold(embedder))
    this.#held = held
    const kept = new Set(held.values())
    for (const one of before.values()) if (!kept.has(one)) this.#retire(one)
  }

  async embed(
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal?: AbortSignal,
    origin?: EmbeddingOrigin,
  ): Promise<Float32Array[]> {
    const { live, configured } = this.#options
    // Blank texts are answered without asking anybody, and so would be good for a circuit that is probed.
    const isAsking = live.rules.rules.length > 0 && texts.some((text) => text.trim() !== '')
    if (!isAsking) return configured.embed(texts, purpose, signal, origin)
    signal?.throwIfAborted()
    const { provider, fallbacks } = live.decide(this.#requestOf(texts, purpose, origin))
    const failed: string[] = []
    let last: unknown
    for (const name of provider === null ? [] : [provider, ...fallbacks]) {
      const tried = await this.#try(name, texts, purpose, signal, origin)
      if (tried.kind === 'answered') return tried.vectors
      if (tried.kind === 'failed') last = tried.error
      failed.push(`${name}: ${tried.kind === 'failed' ? detailOf(tried.error) : 'not asked, its circuit is open'}`)
    }
    if (failed.length === 1 && last !== undefined) throw last
    throw new CascadeError(
      'EMBEDDER_UNAVAILABLE',
      `No provider gives embeddings: ${failed.join('; ') || 'every circuit is open'}.`,
    )
  }

  /** One provider, through its circuit: also for who measures it. */
  async ask(
    name: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[] | undefined> {
    const tried = await this.#try(name, texts, 'document', signal)
    return tried.kind === 'answered' ? tried.vectors : undefined
  }

  /** Who can be asked. */
  get names(): readonly string[] {
    return [...this.#held.keys()]
  }

  forget(): void {
    for (const { embedder } of this.#held.values()) embedder.forget?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ embedder }) => embedder[Symbol.asyncDispose]()))
  }

  #requestOf(texts: readonly string[], purpose: EmbeddingPurpose, origin: EmbeddingOrigin | undefined): RoutingRequest {
    const characters = texts.reduce((sum, { length }) => sum + length, 0)
    const text = texts[0]?.slice(0, STICKY_CHARACTERS)
    return { purpose, ...origin, characters, text, at: this.#options.clock() }
  }

  async #try(
    name: string,
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal?: AbortSignal,
    origin?: EmbeddingOrigin,
  ): Promise<Tried> {
    const held = this.#held.get(name)
    const ticket = held && this.#options.live.admit(name)
    if (held === undefined || ticket === undefined) return { kind: 'refused' }
    let outcome: CallOutcome = 'failed'
    held.calls += 1
    try {
      const vectors = await held.embedder.embed(texts, purpose, signal, origin)
      if (vectors.some(({ length }) => length !== this.dimensions)) throw otherLength(name, this.dimensions)
      outcome = 'good'
      return { kind: 'answered', vectors }
    } catch (error) {
      const isGivenUp = signal?.aborted ?? false
      if (isGivenUp || error instanceof TextsRefused) outcome = 'unknown'
      if (isGivenUp || !isCascadeError(error)) throw error
      return { kind: 'failed', error }
    } finally {
      held.calls -= 1
      if (held.isRetired && held.calls === 0) await this.#close(held)
      this.#settle(ticket, outcome)
    }
  }

  #settle(ticket: Parameters<LiveRouting['settle']>[0], outcome: CallOutcome): void {
    const { live, warn } = this.#options
    const before = live.standing(ticket.provider).circuit
    live.settle(ticket, outcome)
    const { circuit, openUntil } = live.standing(ticket.provider)
    if (circuit === 'open' && before === 'closed')
      warn('a provider of embeddings fails and is not asked for a while', {
        provider: ticket.provider,
        until: openUntil,
      })
    if (circuit === 'closed' && before === 'half-open')
      warn('a provider of embeddings answers again', { provider: ticket.provider })
  }

  #retire(held: Held): void {
    held.isRetired = true
    if (held.calls === 0) void this.#close(held)
  }

  async #close({ embedder }: Held): Promise<void> {
    try {
      await embedder[Symbol.asyncDispose]()
    } catch (error) {
      this.#options.warn('a provider of embeddings did not close', { reason: messageOf(error) })
    }
  }
}

type Tried =
  | { readonly kind: 'answered'; readonly vectors: Float32Array[] }
  | { readonly kind: 'failed'; readonly error: CascadeError }
  | { readonly kind: 'refused' }

const hold = (embedder: Embedder): Held => ({ embedder, calls: 0, isRetired: false })

const detailOf = ({ detail }: CascadeError): string => detail

const otherLength = (name: string, dimensions: number): CascadeError =>
  new CascadeError('EMBEDDING_MISMATCH', `${name} gives vectors of another length than ${dimensions}.`)
