import { isCascadeError } from '#base'
import type { AskSettings, Embedder, Embedders, SearchSettings } from '#capsules'
import { type Config, type ConfigChange, type LiveConfig, type LoadedConfig, listSecrets } from '#config'
import type { RootLogger } from '#observability'

/** The part of the configuration that search and answers go by, in their own words. */
export function settingsOf({ search, ask, memory }: Config): {
  readonly search: SearchSettings
  readonly ask: AskSettings
} {
  return {
    search: {
      deadlineMs: search.deadline_ms,
      minTrust: memory.min_trust,
      weights: search.weights,
      trustBoost: search.trust_boost,
      freshnessBoost: search.freshness_boost,
    },
    ask: { threshold: ask.threshold, quotesMax: ask.quotes_max },
  }
}

/** The same as the configuration has them now, worked out once for each time it was read; and the embedders of now. */
export class LiveSettings {
  readonly #live: LiveConfig
  readonly #embedders: Embedders
  #of: LoadedConfig
  #settings: ReturnType<typeof settingsOf>

  constructor(live: LiveConfig, embedders: Embedders) {
    this.#live = live
    this.#embedders = embedders
    this.#of = live.loaded
    this.#settings = settingsOf(live.loaded.config)
  }

  get embedder(): Embedder {
    return this.#embedders.active
  }

  get shadowEmbedder(): Embedder | undefined {
    return this.#embedders.shadow
  }

  get search(): SearchSettings {
    return this.#now().search
  }

  get ask(): AskSettings {
    return this.#now().ask
  }

  #now(): ReturnType<typeof settingsOf> {
    if (this.#of === this.#live.loaded) return this.#settings
    this.#of = this.#live.loaded
    this.#settings = settingsOf(this.#of.config)
    return this.#settings
  }
}

/** Reads the configuration again; the log tells what came of it, save where errors alone are written. */
export function reloadConfig(live: LiveConfig, load: () => LoadedConfig, log: RootLogger): void {
  try {
    const { changed, waiting } = live.reload(() => {
      const loaded = load()
      for (const secret of listSecrets(loaded.config)) log.hide(secret)
      return loaded
    })
    log.setLevel(live.loaded.config.log.level)
    const file = live.loaded.file ?? 'none'
    log.warn('the configuration was read again', { file, changed: toldBy(changed), after_restart: toldBy(waiting) })
  } catch (error) {
    if (!isCascadeError(error)) throw error
    log.error('the configuration could not be read again; nothing has changed', { reason: error.detail })
  }
}

const toldBy = (changes: readonly ConfigChange[]): readonly string[] =>
  changes.map(({ key, from, to }) => `${key}: ${from ?? 'not set'} → ${to ?? 'not set'}`)

/** Takes over the certificate as its files are now; where they do not fit, the one before goes on to count. */
export function renewCertificate(server: { renewCertificate(): boolean }, log: RootLogger): void {
  try {
    if (server.renewCertificate()) log.warn('the certificate was read again')
  } catch (error) {
    if (!isCascadeError(error)) throw error
    log.error('the certificate could not be read again; nothing has changed', { reason: error.detail })
  }
}
