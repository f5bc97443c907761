import type { Action } from '@forge-cascade/contract'
import type { Subject } from '#identity'
import type { Grant } from '#store'

/** Who wants to do what to which resource. The subject comes from the credential, never from a header or a body. */
export interface GateRequest<A extends Action = Action> {
  readonly action: A
  /** `capsule/<id>`, `import/<id>`, or `*` where the resource comes into being. */
  readonly resource: string
  readonly subject: Subject
  readonly correlationId: string
  /** `lines` where one decision covers the lines of a batch or an import. */
  readonly reach?: 'command' | 'lines'
}

export interface DecisionReason {
  readonly step: 'identity'
  readonly code: string
  readonly message: string
}

interface DecisionFields {
  readonly decisionId: string
  readonly action: Action
  readonly resource: string
  readonly subject: string
  readonly correlationId: string
  readonly decidedAt: number
  readonly reasons: readonly DecisionReason[]
}

/** What the gate said. Only an `allow` carries the grant that mutating ports ask for. */
export type Decision<A extends Action = Action> =
  | (DecisionFields & { readonly effect: 'allow'; readonly grant: Grant<A> })
  | (DecisionFields & { readonly effect: 'deny' })

/** The one decision path. Everything that acts asks here first; an error in here leaves the caller without a grant. */
export interface Gate {
  decide<A extends Action>(request: GateRequest<A>): Decision<A>
}
