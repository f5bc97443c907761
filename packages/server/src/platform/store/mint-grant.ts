import type { Action } from '@forge-cascade/contract'
import type { Grant } from './grant.ts'
import { type Carried, rememberMinted } from './minted-grants.ts'

/** What a grant says, without the brand that only `mintGrant` can give. */
export type GrantFields<A extends Action = Action> = Pick<
  Grant<A>,
  'decisionId' | 'action' | 'resource' | 'subject' | 'correlationId' | 'reach'
>

/**
 * Makes a grant. Importable by the governance context alone; the architecture check sees to it.
 *
 * @param carried goes into the transaction of the first command under the grant.
 */
export function mintGrant<A extends Action>(fields: GrantFields<A>, carried: Carried = {}): Grant<A> {
  // The brand exists in types only: no value of it can be written outside this function.
  const grant = Object.freeze({ ...fields }) as Grant<A>
  rememberMinted(grant, carried)
  return grant
}
