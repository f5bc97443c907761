import type { AnswerOf, OperationId } from '@forge-cascade/contract'

/** What an operation of the HTTP interface is given. */
export interface OperationInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** The ETag that must still be the capsule's. */
  readonly ifMatch?: string
  /** Ends the call early; what it had begun to write may be done or not. */
  readonly signal?: AbortSignal
  /** Told what was let pass and would have been refused: `<reason>, <reason>; decision=<id>`. */
  readonly onWarning?: (warning: string) => void
}

/**
 * Carries out an operation of the HTTP interface for the agent's subject, with everything that comes before it there:
 * the schema, the gate, the grant, the deadline.
 *
 * @throws CascadeError with the code of the problem that HTTP would answer.
 */
export type Perform = <Id extends OperationId>(id: Id, input: OperationInput) => Promise<AnswerOf<Id>>
