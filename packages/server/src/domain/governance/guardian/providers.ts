import type { Action } from '@forge-cascade/contract'
import type { Clock } from '#base'
import type { RiskSignal, RiskSignalName } from './risk.ts'

/** Whose doing of what is weighed. */
export interface RiskQuestion {
  readonly subject: string
  readonly action: Action
  readonly resource: string
}

/** A part that measures something of risk. */
export interface RiskProvider {
  readonly name: Extract<RiskSignalName, 'anomaly' | 'affect_delta' | 'drift_score' | 'provider_history'>
  /** Milliseconds for which what it measured counts. */
  readonly freshMs: number
  /** What was measured last, 0-100, and when; undefined where nothing was. */
  read(question: RiskQuestion): { readonly value: number; readonly at: number } | undefined
}

/** What the providers know now. One that knows nothing, is out of date or fails counts as the worst: its signal is null. */
export const readProviders = (
  providers: readonly RiskProvider[],
  question: RiskQuestion,
  clock: Clock,
): readonly RiskSignal[] =>
  providers.map((provider) => ({ name: provider.name, value: measure(provider, question, clock) }))

function measure(provider: RiskProvider, question: RiskQuestion, clock: Clock): number | null {
  try {
    const found = provider.read(question)
    // Asked after it: what a provider measures just now is not of the future because a millisecond ended meanwhile.
    const now = clock()
    // What was measured in the future is of a clock that was set back, and of no known age.
    return found !== undefined && found.at <= now && now - found.at <= provider.freshMs ? found.value : null
  } catch {
    // A provider that fails says nothing, which is weighed as the worst it could say.
    return null
  }
}
