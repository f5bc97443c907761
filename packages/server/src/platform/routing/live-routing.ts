import type { Clock } from '#base'
import { admit, type CallOutcome, type Circuit, CLOSED, settle, viewCircuit } from './circuit.ts'
import { type DriftReading, factorOf, type ProviderDrift } from './penalty.ts'
import { CIRCUIT_DEFAULTS, type CircuitSettings, NO_RULES, type RoutingRules } from './routing-rules.ts'
import { type RoutingDecision, type RoutingRequest, type RoutingState, selectProvider } from './select-provider.ts'

export interface LiveRoutingOptions {
  readonly clock: Clock
  readonly drift?: ProviderDrift
}

/** A call that was let through. */
export interface RoutingTicket {
  readonly provider: string
  readonly epoch: number
}

/** How one provider stands. */
export interface ProviderStanding {
  readonly circuit: 'closed' | 'open' | 'half-open'
  /** Milliseconds since 1970 until which nobody asks it; null unless it is open. */
  readonly openUntil: number | null
  readonly calls: number
  readonly failures: number
  readonly drift: DriftReading | undefined
  /** Part of its weight that drift leaves. */
  readonly factor: number
}

interface Past {
  circuit: Circuit
  calls: number
  failures: number
  /** The same, faded to `at`. */
  recentCalls: number
  recentFailures: number
  at: number
}

/** A failure counts half after so long. */
export const FAILURE_HALF_MS = 10 * 60_000
/** Fewer calls than this are too few to tell a rate from. */
const CALLS_KNOWN = 5

/** The rules that count now, and how the providers stand: in memory, and empty at the start. */
export class LiveRouting {
  readonly #options: LiveRoutingOptions
  #rules: RoutingRules = NO_RULES
  readonly #pasts = new Map<string, Past>()

  constructor(options: LiveRoutingOptions) {
    this.#options = options
  }

  get rules(): RoutingRules {
    return this.#rules
  }

  /** Other rules count from here on. A provider whose declaration is another one begins anew. */
  use(rules: RoutingRules): void {
    for (const name of this.#pasts.keys()) {
      if (JSON.stringify(this.#rules.providers[name]) !== JSON.stringify(rules.providers[name]))
        this.#pasts.delete(name)
    }
    this.#rules = rules
  }

  /** Who serves a request now. Asking changes nothing: this is the preview, too. */
  decide(request: RoutingRequest, rules: RoutingRules = this.#rules): RoutingDecision {
    return selectProvider(rules, request, this.state())
  }

  /** How the providers stand at this moment. */
  state(): RoutingState {
    const now = this.#options.clock()
    return {
      circuit: (provider) => viewCircuit(this.#pasts.get(provider)?.circuit ?? CLOSED, now, this.#settings(provider)),
      drift: (provider) => this.#options.drift?.read(provider),
    }
  }

  /** Lets a call through; undefined where the circuit of the provider does not. */
  admit(provider: string): RoutingTicket | undefined {
    const past = this.#past(provider)
    const circuit = admit(past.circuit, this.#options.clock(), this.#settings(provider))
    if (circuit === undefined) return undefined
    past.circuit = circuit
    return { provider, epoch: circuit.epoch }
  }

  /** Notes what became of a call that was let through. */
  settle({ provider, epoch }: RoutingTicket, outcome: CallOutcome): void {
    const [past, now] = [this.#past(provider), this.#options.clock()]
    past.circuit = settle(past.circuit, outcome, epoch, now, this.#settings(provider))
    if (outcome === 'unknown') return
    fade(past, now)
    for (const count of ['calls', 'recentCalls'] as const) past[count] += 1
    if (outcome === 'failed') for (const count of ['failures', 'recentFailures'] as const) past[count] += 1
  }

  standing(provider: string): ProviderStanding {
    const { circuit, calls, failures } = this.#pasts.get(provider) ?? newPast(this.#options.clock())
    const drift = this.#options.drift?.read(provider)
    const openUntil = circuit.kind === 'open' ? circuit.until : null
    return { circuit: circuit.kind, openUntil, calls, failures, drift, factor: factorOf(drift, this.#rules.penalty) }
  }

  /** 0-100: the share of failed calls to all providers lately, as the guardian weighs it. */
  failureScore(): number {
    const now = this.#options.clock()
    let [calls, failures] = [0, 0]
    for (const past of this.#pasts.values()) {
      fade(past, now)
      calls += past.recentCalls
      failures += past.recentFailures
    }
    return Math.min(100, Math.round((100 * failures) / Math.max(CALLS_KNOWN, calls)))
  }

  #past(provider: string): Past {
    const found = this.#pasts.get(provider) ?? newPast(this.#options.clock())
    this.#pasts.set(provider, found)
    return found
  }

  #settings(provider: string): CircuitSettings {
    return this.#rules.providers[provider]?.circuit ?? CIRCUIT_DEFAULTS
  }
}

const newPast = (at: number): Past => ({
  ...{ circuit: CLOSED, calls: 0, failures: 0, recentCalls: 0, recentFailures: 0, at },
})

/** A clock that was set back fades nothing. */
function fade(past: Past, now: number): void {
  const kept = 0.5 ** (Math.max(0, now - past.at) / FAILURE_HALF_MS)
  past.recentCalls *= kept
  past.recentFailures *= kept
  past.at = Math.max(past.at, now)
}
