import type { OperationInput, Perform } from './operations.ts'

/** Where the calls of a connection happen that say nothing else. A default, not a wall. */
export interface AgentScope {
  readonly identity?: string | undefined
  readonly lane?: string | undefined
  readonly fold?: string | undefined
}

/** What tools know of the connection they are called through. */
export interface AgentConnection {
  readonly perform: Perform
  readonly scope: AgentScope
  /** The program behind it, for clients that do not say. */
  readonly agent: string
  /** Names the connection among others of the same program; absent where requests stand alone. */
  readonly session?: string
}

/** One call of a tool. */
export interface ToolCall {
  /** As {@link AgentConnection.perform}, ended when the client cancels the call. */
  readonly perform: Perform
  readonly scope: AgentScope
  /** Who wrote what this call remembers. */
  readonly author: { readonly kind: 'agent'; readonly name: string; readonly session?: string }
  /** A word that the recorded texts of this answer do not contain: it marks where they begin and end. */
  readonly mark: (texts: readonly string[]) => string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The scope of a call: what it names, else the connection's. */
export const scopeOf = (
  { scope }: Pick<ToolCall, 'scope'>,
  { identity, lane }: Pick<AgentScope, 'identity' | 'lane'>,
): AgentScope => ({ identity: identity ?? scope.identity, lane: lane ?? scope.lane, fold: scope.fold })

/** The connection's operations for one call, which its client may cancel, and which tells what the gate warns of. */
export const cancellable =
  (perform: Perform, signal: AbortSignal, onWarning?: (warning: string) => void): Perform =>
  (id, input: OperationInput) =>
    perform(id, { ...input, signal, ...(onWarning && { onWarning }) })
