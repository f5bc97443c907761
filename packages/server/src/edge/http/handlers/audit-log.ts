import type { AuditRow, auditQuery } from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError } from '#base'
import { type CapsuleStore, type Differences, findLeafChanges } from '#capsules'
import type { LeafFilter, LedgerStore, StoredLeaf } from '#ledger'

interface AuditedStore {
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly capsules: Pick<CapsuleStore, 'findVersion'>
}

type AuditQuery = z.output<typeof auditQuery>

/** Entries that one page looks at: filters that no index answers end a page early, and the next goes on there. */
const LOOKED_AT_ONCE = 1000
const LOOKS = 20
const CURSOR = /^(0|[1-9]\d{0,15})$/

/**
 * Entries of the log as rows, newest first. A page may have fewer rows than asked for and a cursor all the same.
 *
 * @throws CascadeError CURSOR_INVALID; VALIDATION_FAILED for an entity without its type.
 */
export async function listAudit(
  { ledger, capsules }: AuditedStore,
  query: AuditQuery,
): Promise<{ items: AuditRow[]; next_cursor: string | null }> {
  if (query.entity_id !== undefined && query.entity_type === undefined)
    throw new CascadeError('VALIDATION_FAILED', 'entity_id needs entity_type beside it, such as capsule.')
  let before = readCursor(query.cursor)
  const items: AuditRow[] = []
  for (let look = 0; look < LOOKS; look++) {
    const most = isIndexed(query) ? query.limit - items.length : LOOKED_AT_ONCE
    const page = await ledger.list(filterOf(query), { limit: most, ...(before !== undefined && { before }) })
    for (const entry of page) {
      if (isBefore(entry, query.since)) return { items, next_cursor: null }
      before = entry.leaf.index
      if (matches(entry, query)) items.push(present(entry, await findLeafChanges(capsules, entry.leaf)))
      if (items.length === query.limit) return { items, next_cursor: String(before) }
    }
    if (page.length < most) return { items, next_cursor: null }
  }
  return { items, next_cursor: String(before) }
}

function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  if (!CURSOR.test(cursor)) throw new CascadeError('CURSOR_INVALID', 'The cursor is none of the audit log.')
  return Number(cursor)
}

/** Whether the store can tell all that is asked for: then no more is read than is shown. */
const isIndexed = ({ category, entity_type, entity_id, until }: AuditQuery): boolean =>
  category === undefined && until === undefined && (entity_type === undefined || entity_id !== undefined)

const filterOf = (query: AuditQuery): LeafFilter => ({
  ...(query.operation !== undefined && { type: query.operation }),
  ...(query.user_id !== undefined && { actor: query.user_id }),
  ...(query.correlation_id !== undefined && { correlationId: query.correlation_id }),
  ...(query.entity_id !== undefined && { subject: `${query.entity_type}/${query.entity_id}` }),
})

/** Times of leaves never run backwards, so nothing older follows. */
const isBefore = ({ leaf }: StoredLeaf, since: string | undefined): boolean =>
  since !== undefined && Date.parse(leaf.time) < Date.parse(since)

const matches = ({ leaf }: StoredLeaf, { category, entity_type, until }: AuditQuery): boolean =>
  (category === undefined || leaf.category === category) &&
  (entity_type === undefined || entityOf(leaf.subject).type === entity_type) &&
  (until === undefined || Date.parse(leaf.time) < Date.parse(until))

function entityOf(subject: string): { readonly type: string; readonly id: string | null } {
  const slash = subject.indexOf('/')
  return slash === -1 ? { type: subject, id: null } : { type: subject.slice(0, slash), id: subject.slice(slash + 1) }
}

function present({ leaf, hash }: StoredLeaf, changes: Differences | null): AuditRow {
  const { type, id } = entityOf(leaf.subject)
  return {
    id: hash,
    operation: leaf.type,
    category: leaf.category,
    entity_type: type,
    entity_id: id,
    user_id: leaf.actor,
    // Versions and leaves were written as JSON.
    changes: changes as AuditRow['changes'],
    payload: leaf.payload as AuditRow['payload'],
    correlation_id: leaf.correlation_id,
    timestamp: leaf.time,
    ledger_index: leaf.index,
  }
}
