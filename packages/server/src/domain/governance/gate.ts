import type { Action } from '@forge-cascade/contract'
import type { Subject } from '#identity'
import type { Grant, RecordPut } from '#store'
import type { Broken, CapsuleFacts, DecisionInput, InputSubject, ResourceFacts } from './decision-input.ts'
import type { Outcome } from './decision-outcomes.ts'
import type { Verdict } from './verdict.ts'

/** Who wants to do what to which resource. The subject comes from the credential, never from a header or a body. */
export interface GateRequest<A extends Action = Action> {
  readonly action: A
  /** `capsule/<id>`, `import/<id>`, or `*` where the resource comes into being. */
  readonly resource: string
  /** Undefined for nobody in particular: denied, and on record. */
  readonly subject: Subject | undefined
  readonly correlationId: string
  /** `lines` where one decision covers the lines of a batch or an import. */
  readonly reach?: 'command' | 'lines'
  /** Actions that the credential is good for; left out or null: all that its subject may. */
  readonly scopes?: readonly string[] | null
  /** What is known of the capsule or the approval; `absent` where there is none; left out for other resources. */
  readonly facts?: ResourceFacts | 'absent'
  /** What would be known of the capsule after a change that makes it another one to policies. */
  readonly after?: CapsuleFacts
  readonly rateExceeded?: boolean
  /** True for a request that is decided by its body and came without a valid one: refused, and nothing against whoever asks. */
  readonly noBody?: boolean
  /** What could not be found out, and which step needs it: that step denies. */
  readonly broken?: Broken
  /** Id of an approval of exactly this. */
  readonly approval?: string
  /** As if the kill switch were on, or off: for a preview. */
  readonly emergency?: boolean
  /**
   * The instance's own: what it needs to start, what was acknowledged before an end and is completed now, what is done from its
   * data folder. Policies, trust and risk do not refuse it. Counts for the actions of `OWN_WORK` alone, and never comes from outside.
   */
  readonly ownWork?: boolean
  /** Rows that the first change under the grant takes along, in its transaction; of an action that only changes the store. */
  readonly alongside?: () => readonly RecordPut[]
}

/** A decision with what it was made from. */
export interface Decided {
  readonly decisionId: string
  /** Milliseconds since 1970. */
  readonly decidedAt: number
  readonly latencyMs: number
  readonly correlationId: string
  readonly input: DecisionInput
  readonly verdict: Verdict
}

interface DecisionFields extends Decided {
  readonly action: Action
  readonly resource: string
  /** Id of who asked; null for nobody in particular. */
  readonly subject: string | null
}

/** What the gate said. Only an `allow` carries the grant that mutating ports ask for. */
export type Decision<A extends Action = Action> =
  | (DecisionFields & { readonly applied: 'allow'; readonly grant: Grant<A> })
  | (DecisionFields & { readonly applied: 'deny' | 'hold' })

/** Hears of what subjects are refused, and of what becomes of what they do outside the store. It never throws. */
export interface GateWitness {
  denied(subject: InputSubject, verdict: Verdict): void
  /** @param subject its id. */
  ended(subject: string, action: Action, outcome: Outcome): void
}

/** Of a grant, what says who does what. */
export type Granted = Pick<Grant, 'action' | 'decisionId' | 'subject'>

/** Says that an effect goes on. What comes back ends it, once: with the error that it failed with, or with nothing. */
export type Later = () => (error?: unknown) => void

/** The one decision path. Everything that acts asks here first; an error in here leaves the caller without a grant. */
export interface Gate {
  decide<A extends Action>(request: GateRequest<A>): Decision<A>
  /** What `decide` would say, with nothing done and nothing on record. */
  preview(request: GateRequest): Omit<Decided, 'decisionId'>
  /**
   * The grant of what a part of the instance does again and again, where each time would be a decision of its own and the log
   * would tell of itself: decided once an hour, and anew when policies or the mode change or the kill switch is touched; refused as `retried` is.
   *
   * @throws CascadeError FORBIDDEN, EMERGENCY_ACTIVE.
   */
  standing<A extends Action>(request: GateRequest<A>): Grant<A>
  /**
   * The grant of what a part of the instance tries again and again. Each that is given is a decision of its own; a refusal by rules
   * stands for an hour, and until policies, the mode or the kill switch change, so that nothing is refused, and told of, in a loop.
   *
   * @throws CascadeError FORBIDDEN, APPROVAL_REQUIRED, EMERGENCY_ACTIVE.
   */
  retried<A extends Action>(request: GateRequest<A>): Grant<A>
  /** Decides for somebody else who acts: on record like any other decision, and without a grant. */
  evaluate(request: GateRequest): Decided
  /**
   * Resolves when a decision is durable that has to be before anybody acts on it or is told of it: a denial, one that waits for
   * an approval, one whose action no transaction of the store can undo.
   *
   * @throws CascadeError STORAGE_FULL, UNAVAILABLE: nobody may go on.
   */
  settled(decision: Pick<Decision, 'decisionId'>): Promise<void>
  /**
   * Carries out what was allowed. Of what acts outside the store the decision is durable before `work` begins, and its outcome
   * goes on record once, after: every way to act goes through here.
   *
   * @param work may call `later` where its effect goes on after it has answered; the outcome is then what it is ended with.
   * @throws what `work` throws; STORAGE_FULL, UNAVAILABLE where the decision cannot be put on record: nothing was begun.
   */
  carryOut<T>(granted: Granted, work: (later: Later) => Promise<T> | T): Promise<T>
  /** What was to be done is over: an allowed decision that no change took along is put on record soon, and what was not begun has failed. */
  release(decisionId: string): void
}
