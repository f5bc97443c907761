// Which provider makes a vector: the rules, the providers they declare, and what is measured of these.
import { CascadeError, type Clock } from '#base'
import type { BootContext } from '#boot'
import type { Embedder } from '#capsules'
import { environment } from '#config'
import { type RiskProvider, RoutingDesk, requireGrant } from '#governance'
import { LiveRouting, type ProviderRule, parseRouting, type RoutingRules } from '#routing'
import { openRoutingFile, type RoutingFile } from './adapters/files/routing-file.ts'
import { CanaryDrift, openAiProvider, RoutedEmbedder } from './adapters/models/index.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { RoutingWatch } from './edge/jobs/index.ts'

type RoutingFrame = Pick<Frame, 'loaded' | 'log' | 'health' | 'renewals'> & {
  readonly clock: Clock
  readonly newId: () => string
}

/** What is said of the rules to whoever probes. */
const SOUND = { status: 'ok', detail: 'the rules that count are those of the file' } as const

/**
 * Puts the rules before the configured embedder. What is given has to be disposed beside the embedder, which goes with whoever
 * holds it.
 */
export async function openRouting(
  configured: Embedder,
  frame: RoutingFrame,
  boot: BootContext,
): Promise<{ readonly embedder: Embedder; readonly watch: AsyncDisposable }> {
  const { clock, newId, log, health } = frame
  const file = openRoutingFile(frame.loaded.config.routing.file)
  const drift = new CanaryDrift(clock)
  const live = new LiveRouting({ clock, drift })
  const embedder = new RoutedEmbedder({ configured, live, clock, warn: (message, fields) => log.warn(message, fields) })
  const space = { model: configured.model, dimensions: configured.dimensions }
  const providers = new ProviderShelf(space, file, (secret) => log.hide(secret))
  const desk = new RoutingDesk({
    ...{ store: boot.get(key.STORE), file, clock },
    parse: (text) => parseRouting(text, space),
    arm: (rules) => {
      const opened = providers.open(rules)
      return () => {
        live.use(rules)
        embedder.use(opened)
        if (rules.rules.length > 0) heed(boot.get(key.RISK_PROVIDERS), live, clock)
      }
    },
  })
  await desk.open()
  const [gate, subject, emergency] = [boot.get(key.GATE), boot.get(key.ADMIN), boot.get(key.EMERGENCY)]
  const asked = { action: 'routing.apply', resource: 'system/routing', subject, ownWork: true } as const
  const watch = new RoutingWatch({
    ...{ desk, log, halt: () => emergency.signal },
    grant: () => requireGrant(gate.decide({ ...asked, correlationId: newId() })),
    measure: async (signal) => {
      if (live.rules.rules.length === 0) return
      gate.standing({ action: 'system.maintain', resource: 'routing/providers', subject, correlationId: newId() })
      await drift.measure(embedder, signal)
    },
  })
  // Providers are measured once the instance answers.
  await watch.look()
  frame.renewals.push(() => void watch.now())
  health.register('routing', () => (desk.findings.some(({ severity }) => severity === 'error') ? UNSOUND : SOUND))
  boot.provide(key.ROUTING, { desk, live, file: file.path, space })
  return { embedder, watch }
}

const UNSOUND = {
  status: 'degraded',
  detail: 'the file of routing rules is not sound, what was sound last counts: `cascade routing show` says why',
} as const

/** The guardian weighs from here on how often providers failed lately, in what needs vectors. */
function heed(all: RiskProvider[], live: LiveRouting, clock: Clock): void {
  if (all.some(({ name }) => name === 'provider_history')) return
  all.push({
    ...{ name: 'provider_history', freshMs: 1000 },
    read: ({ action }) => ({ value: NEEDS_VECTORS.has(action) ? live.failureScore() : 0, at: clock() }),
  })
}

const NEEDS_VECTORS: ReadonlySet<string> = new Set(['capsule.create', 'capsule.update', 'capsule.search', 'import.run'])

/** Opens providers; one whose declaration and key are as they were is the one that is open already. */
class ProviderShelf {
  readonly #space: { readonly model: string; readonly dimensions: number }
  readonly #file: RoutingFile
  readonly #hide: (secret: string) => void
  #open: ReadonlyMap<string, Embedder> = new Map()

  constructor(
    space: { readonly model: string; readonly dimensions: number },
    file: RoutingFile,
    hide: (secret: string) => void,
  ) {
    this.#space = space
    this.#file = file
    this.#hide = hide
  }

  /** @throws CascadeError CONFIG_INVALID for a key that is not there or that no header can hold. */
  open({ providers }: RoutingRules): ReadonlyMap<string, Embedder> {
    const opened = new Map<string, Embedder>()
    const byDeclaration = new Map<string, Embedder>()
    for (const [name, rule] of Object.entries(providers)) {
      const apiKey = this.#keyOf(name, rule)
      const declared = JSON.stringify([name, rule, apiKey])
      const embedder = this.#open.get(declared) ?? this.#make(rule, apiKey)
      opened.set(name, embedder)
      byDeclaration.set(declared, embedder)
    }
    this.#open = byDeclaration
    return opened
  }

  #make(
    { url, model, served_as, dimensions, batch_max, timeout_ms }: ProviderRule,
    apiKey: string | undefined,
  ): Embedder {
    const options = {
      baseUrl: url,
      model: served_as ?? model,
      apiKey,
      dimensions,
      batchMax: batch_max,
      timeoutMs: timeout_ms,
    }
    return openAiProvider(options, this.#space.model, this.#space.dimensions)
  }

  #keyOf(name: string, { api_key_env, api_key_file }: ProviderRule): string | undefined {
    if (api_key_file !== undefined) return this.#hidden(this.#file.readKey(api_key_file))
    if (api_key_env === undefined) return undefined
    const found = environment()[api_key_env]
    if (found) return this.#hidden(found)
    throw new CascadeError(
      'CONFIG_INVALID',
      `${api_key_env}, the key of ${name}, is not set where the instance was started.`,
    )
  }

  #hidden(secret: string): string {
    this.#hide(secret)
    return secret
  }
}
