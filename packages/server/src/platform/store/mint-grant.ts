import type { Action } from '@forge-cascade/contract'
import type { Grant } from './grant.ts'
import { rememberMinted, type UnrecordedDecision } from './minted-grants.ts'

/** What a grant says, without the brand that only `mintGrant` can give. */
export type GrantFields<A extends Action = Action> = Pick<
  Grant<A>,
  'decisionId' | 'action' | 'resource' | 'subject' | 'correlationId' | 'reach'
>

/**
 * Makes a grant. Importable by the governance context alone; the architecture check sees to it.
 *
 * @param decision goes on record along with the first command under the grant.
 */
export function mintGrant<A extends Action>(fields: GrantFields<A>, decision?: UnrecordedDecision): Grant<A> {
  // The brand exists in types only: no value of it can be written outside this function.
  const grant = Object.freeze({ ...fields }) as Grant<A>
  rememberMinted(grant, decision)
  return grant
}
