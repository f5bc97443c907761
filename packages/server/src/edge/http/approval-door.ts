import type { Approval } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { type CarryOut, type Decision, type HeldOperation, requireGrant } from '#governance'
import type { Credential } from '#identity'
import type { AnyAnswer } from './handler.ts'

/** Where requests that are held wait for somebody's word. */
export interface ApprovalDoor {
  /** @throws CascadeError PAYLOAD_TOO_LARGE, RATE_LIMITED. */
  park(held: Decision, credential: Credential, operation: HeldOperation): Promise<Approval>
  /** Names who carries out what is approved. */
  carryOutBy(carryOut: CarryOut): void
}

export const approvalPath = (id: string): string => `/v2/governance/approvals/${id}`

/** 202: it waits, and here is where to look. */
export const heldAnswer = (approval: Approval): AnyAnswer => ({
  status: 202,
  headers: { location: approvalPath(approval.id) },
  body: { approval },
})

/** The same for whoever performs an operation for somebody, such as a tool of an agent. */
export const heldError = (approval: Approval): CascadeError => {
  const { id, action, resource, expires_at, decision_id } = approval
  const detail = `${action} on ${resource} waits for an approval, ${id}, until ${expires_at}. Nothing was done yet; GET ${approvalPath(id)} says what becomes of it.`
  return new CascadeError('APPROVAL_REQUIRED', detail, { extensions: { approval, decision_id } })
}

/** A request that would do nothing waits for nothing. @throws CascadeError APPROVAL_REQUIRED for one. */
export function refuseDryRun(held: Decision, { query, body }: Pick<HeldOperation, 'query' | 'body'>): void {
  if (isDryRun({ query, body })) requireGrant(held)
}

/** Whether a request says that nothing is to be changed. */
export const isDryRun = ({ query, body }: { readonly query: unknown; readonly body: unknown }): boolean =>
  [query, body].some(isDry)

const isDry = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && 'dry_run' in part && (part.dry_run === true || part.dry_run === 'true')
