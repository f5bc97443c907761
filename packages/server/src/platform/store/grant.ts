import type { Action } from '@forge-cascade/contract'

declare const granted: unique symbol

/**
 * The gate's word that one action may happen. Only the gate makes one, every mutating port method takes one, so a write
 * that nobody decided does not compile; `append` checks again that the action covers what the command changes.
 */
export interface Grant<A extends Action = Action> {
  readonly decisionId: string
  readonly action: A
  /** What it is about, such as `capsule/<id>`; `*` where the resource comes into being. */
  readonly resource: string
  /** The subject (UUIDv7) who acts. */
  readonly subject: string
  readonly correlationId: string
  /** `command`: good for one command. `lines`: good for every line of the batch or import it was made for. */
  readonly reach: 'command' | 'lines'
  readonly [granted]: true
}
