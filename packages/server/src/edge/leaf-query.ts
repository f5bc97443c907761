import type { EvidenceQuery } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { LeafFilter, StoredLeaf } from '#ledger'

/** Which entries of the log are asked for, by the audit log and by those who take entries out. */
export type LeafQuery = EvidenceQuery

/** @throws CascadeError VALIDATION_FAILED for an entity without its type, and for a time that ends before it begins. */
export function assertMeant({ entity_id, entity_type, since, until }: LeafQuery): void {
  if (entity_id !== undefined && entity_type === undefined)
    throw new CascadeError('VALIDATION_FAILED', 'entity_id needs entity_type beside it, such as capsule.')
  if (since !== undefined && until !== undefined && Date.parse(until) < Date.parse(since))
    throw new CascadeError('VALIDATION_FAILED', `until ${until} is before since ${since}: nothing is between them.`)
}

/** What the store itself can tell. */
export const leafFilterOf = (query: LeafQuery): LeafFilter => ({
  ...(query.operation !== undefined && { type: query.operation }),
  ...(query.user_id !== undefined && { actor: query.user_id }),
  ...(query.correlation_id !== undefined && { correlationId: query.correlation_id }),
  ...(query.entity_id !== undefined && { subject: `${query.entity_type}/${query.entity_id}` }),
})

/** Times of leaves never run backwards, so nothing older follows. */
export const isBefore = ({ leaf }: StoredLeaf, since: string | undefined): boolean =>
  since !== undefined && Date.parse(leaf.time) < Date.parse(since)

/** The rest. */
export const matchesLeaf = ({ leaf }: StoredLeaf, { category, entity_type, until }: LeafQuery): boolean =>
  (category === undefined || leaf.category === category) &&
  (entity_type === undefined || entityOf(leaf.subject).type === entity_type) &&
  (until === undefined || Date.parse(leaf.time) < Date.parse(until))

/** The kind and the id of what an entry is about. */
export function entityOf(subject: string): { readonly type: string; readonly id: string | null } {
  const slash = subject.indexOf('/')
  return slash === -1 ? { type: subject, id: null } : { type: subject.slice(0, slash), id: subject.slice(slash + 1) }
}
