import type { ApprovalState } from '@forge-cascade/contract'
import type { Action } from '@forge-cascade/contract/vocabulary'
import { canonicalJson, sha256Hex } from '#base'
import type { Scopes, Subject } from '#identity'
import type { CollectionDefinition } from '#store'
import type { ApprovalFacts } from '../decision-input.ts'

/** What is to be done: an operation with its parts, as they were sent. */
export interface HeldOperation {
  /** Id of the operation. */
  readonly id: string
  readonly params: Readonly<Record<string, unknown>>
  readonly query: unknown
  readonly body: unknown
  /** The ETag that must still be the capsule's. */
  readonly ifMatch: string | null
}

/** A capsule as it was: what is approved is approved of that state alone. */
export interface CapsulePin {
  readonly version: string
  readonly revision: number
}

/** Everything that an approval is bound to; nothing of how it is shown. */
export interface Bound {
  readonly action: Action
  /** `capsule/<id>`, `import/<id>`, or `*`. */
  readonly resource: string
  /** Null where it is about no single capsule. */
  readonly capsule: CapsulePin | null
  readonly operation: HeldOperation
  /** Subject id. */
  readonly requester: string
  /** The person behind an agent that asks. */
  readonly owner: string | null
  /** Id of the token that the requester came in with; null for the administrator's token file. */
  readonly token: string | null
  /** What that token is good for; it is carried out with no more. */
  readonly scopes: Scopes
  /** Digest of the policies. */
  readonly bundle: string
}

/** A request that waits for somebody's word, or waited. */
export interface ApprovalRow extends Bound {
  readonly v: 1
  /** UUIDv7, also the key. */
  readonly id: string
  readonly state: ApprovalState
  /** What is to be done with it next: `tell` the log that it was carried out. */
  readonly next: 'decide' | 'execute' | 'tell' | 'nothing'
  /** Null where its words were taken out: it could be guessed from. */
  readonly digest: string | null
  readonly reasons: readonly { readonly code: string; readonly message: string; readonly policyId: string | null }[]
  /** The decision that held it, or that approved it. */
  readonly decisionId: string
  readonly correlationId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly decided: { readonly by: string; readonly at: number; readonly reason: string | null } | null
  /** When something was begun that no transaction reaches; after a crash nobody knows how far it came. */
  readonly startedAt: number | null
  readonly outcome: ApprovalOutcome | null
  /** Hex: the key of the digests in the log; null where words that they are of were taken out. */
  readonly digestKey: string | null
}

export interface ApprovalOutcome {
  readonly at: number
  /** Why it was not carried out, or not to its end; null where it was. */
  readonly code: string | null
  readonly detail: string | null
  /** Id of what came into being or was changed, where the answer has one. */
  readonly id: string | null
}

export const APPROVAL_COLLECTION = {
  name: 'approvals',
  indexes: ['state', 'next', 'requester', 'resource', 'waitingOf', 'decidedBy'],
} as const satisfies CollectionDefinition

/** SHA-256 of the canonical JSON of everything that is approved, hex. */
export const digestOf = (bound: Bound): string => {
  const { action, resource, capsule, operation, requester, owner, token, scopes, bundle } = bound
  const { id, params, query, body, ifMatch } = operation
  return sha256Hex(
    canonicalJson({
      v: 2,
      ...{ action, resource, requester, owner, token, scopes, bundle },
      capsule: capsule && { version: capsule.version, revision: capsule.revision },
      operation: { id, params, query: query ?? null, body: body ?? null, ifMatch },
    }),
  )
}

/** What is left of it when its capsule or its requester is erased: who did what when, in nobody's words. Nothing can be done by it. */
export const withoutWords = (row: ApprovalRow): ApprovalRow => ({
  ...row,
  operation: { id: row.operation.id, params: {}, query: {}, body: null, ifMatch: null },
  decided: row.decided && { ...row.decided, reason: null },
  outcome: row.outcome && { ...row.outcome, detail: null },
  ...{ digest: null, digestKey: null },
})

/** What is left of it when whoever decided is erased: the word, and not why. */
export const withoutReason = (row: ApprovalRow): ApprovalRow => ({
  ...row,
  decided: row.decided && { ...row.decided, reason: null },
  digestKey: null,
})

/** The person behind an agent; null for everybody else. */
export const ownerOf = (subject: Subject): string | null =>
  'owner' in subject && typeof subject.owner === 'string' ? subject.owner : null

/** What the gate is told of a request that somebody reads or decides on. */
export const toApprovalFacts = ({ requester, owner }: ApprovalRow, subject: Subject | undefined): ApprovalFacts => ({
  requester: { id: requester, kind: subject?.kind ?? 'person', trust: subject?.trust ?? 0, owner },
})
