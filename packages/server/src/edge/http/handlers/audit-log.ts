import type { AuditRow, auditQuery } from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError } from '#base'
import { type CapsuleStore, type Differences, findLeafChanges } from '#capsules'
import type { LedgerStore, StoredLeaf } from '#ledger'
import { assertMeant, entityOf, isBefore, leafFilterOf, matchesLeaf } from '../../leaf-query.ts'

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
 * @throws CascadeError CURSOR_INVALID; VALIDATION_FAILED as `assertMeant`.
 */
export async function listAudit(
  { ledger, capsules }: AuditedStore,
  query: AuditQuery,
): Promise<{ items: AuditRow[]; next_cursor: string | null }> {
  assertMeant(query)
  let before = readCursor(query.cursor)
  const items: AuditRow[] = []
  for (let look = 0; look < LOOKS; look++) {
    const most = isIndexed(query) ? query.limit - items.length : LOOKED_AT_ONCE
    const page = await ledger.list(leafFilterOf(query), { limit: most, ...(before !== undefined && { before }) })
    for (const entry of page) {
      if (isBefore(entry, query.since)) return { items, next_cursor: null }
      before = entry.leaf.index
      if (matchesLeaf(entry, query)) items.push(present(entry, await findLeafChanges(capsules, entry.leaf)))
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
