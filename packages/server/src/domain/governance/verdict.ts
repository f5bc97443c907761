import type { DecisionWord, GateMode, GateStep, ReasonCode } from '@forge-cascade/contract/vocabulary'

/** What the steps come to: `hold` waits for an approval. */
export type Effect = 'allow' | 'deny' | 'hold'

export interface DecisionReason {
  readonly step: GateStep
  readonly code: ReasonCode
  /** For people. */
  readonly message: string
  /** The policy or rule that it rests on. */
  readonly policyId: string | null
}

/** What has to be done before. */
export interface Obligation {
  readonly kind: 'approval'
  readonly policyId: string | null
}

/** `unreached`: a step before it stopped the decision. */
export type StepResult = 'passed' | 'held' | 'stopped' | 'failed' | 'unreached'

/** What a decision comes to, and why. A function of its input and its policies alone. */
export interface Verdict {
  /** What the steps say. */
  readonly effect: Effect
  /** What is done: what the mode does not enforce is allowed. */
  readonly applied: Effect
  readonly word: DecisionWord
  /** The mode that held for this subject. */
  readonly mode: GateMode
  /** Whoever asks is told what would have been refused: by the mode of the gate, or by a rule of the mode `warn`. */
  readonly warns?: true
  readonly reasons: readonly DecisionReason[]
  readonly obligations: readonly Obligation[]
  readonly steps: readonly { readonly step: GateStep; readonly result: StepResult }[]
}
