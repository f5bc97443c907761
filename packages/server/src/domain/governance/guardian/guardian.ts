import type { Clock } from '#base'
import { type Decided, SubjectHistory } from './history.ts'
import { type RiskProvider, type RiskQuestion, readProviders } from './providers.ts'
import { ACTION_RISK, type Risk, type RiskWeights, riskOf } from './risk.ts'

export interface GuardianOptions {
  readonly clock: Clock
  /** As the configuration has them now. */
  readonly weights: () => RiskWeights
  readonly providers?: readonly RiskProvider[]
}

/** What is asked about an action that somebody wants to do. */
export interface GuardianQuestion extends RiskQuestion {
  /** What its route declares; `medium` where it declares nothing. */
  readonly level?: keyof typeof ACTION_RISK | undefined
  /** Trust of who acts, 0-100. */
  readonly trust: number
}

/** Weighs the risk of actions, and remembers what was decided about them. */
export class Guardian {
  readonly #options: GuardianOptions
  readonly #history: SubjectHistory

  constructor(options: GuardianOptions) {
    this.#options = options
    this.#history = new SubjectHistory(options)
  }

  /** The risk now, with the share of each signal. Asking changes nothing. */
  weigh({ level = 'medium', trust, ...question }: GuardianQuestion): Risk {
    const { clock, weights, providers = [] } = this.#options
    const signals = [
      { name: 'action', value: ACTION_RISK[level] },
      { name: 'actor_trust', value: 100 - trust },
      ...this.#history.signalsOf(question.subject, question.action),
      ...readProviders(providers, question, clock),
    ] as const
    return riskOf(signals, weights())
  }

  /** Keeps how a decision came out: what is usual is learned from it. */
  note(decided: Decided): void {
    this.#history.note(decided)
  }
}
