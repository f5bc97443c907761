import type { Database } from './database.ts'
import { holdsTag, type ResolvedFilter, tagMark } from './filter-sql.ts'
import { listReached, type ResolvedReach } from './reach-sql.ts'
import { SlotBitmap, type SlotFilter, type VectorReader } from './vector/index.ts'

type FilterOfSlots = Omit<SlotFilter, 'allow'> & { readonly allow?: SlotBitmap }

/**
 * As much of a filter as slots can decide: all but whether a capsule is a chunk, which rows tell.
 *
 * @param reader of the slots that are asked about.
 */
export function toSlotFilter(database: Database, filter: ResolvedFilter, reader: VectorReader): FilterOfSlots {
  const sets = [
    ...(filter.partOf === undefined ? [] : [SlotBitmap.of(chunkSlots(database, filter.partOf))]),
    ...(filter.reach ? [reachedSlots(database, filter.reach, reader)] : []),
  ]
  return {
    statuses: filter.statuses,
    ...(filter.minTrust > 0 && { trustMin: filter.minTrust }),
    ...(filter.types && { types: filter.types }),
    ...(filter.owner !== undefined && { owner: filter.owner }),
    ...(filter.identity !== undefined && { identity: filter.identity }),
    ...(filter.lane !== undefined && { lane: filter.lane }),
    ...(filter.fold !== undefined && { fold: filter.fold }),
    ...(filter.tags.length > 0 && { tags: filter.tags, overflow: createTagCheck(database, filter.tags) }),
    ...(sets.length > 0 && { allow: SlotBitmap.inAll(sets) }),
  }
}

/** The slots within reach: columns tell owners and scopes, rows what else leads there. */
export function reachedSlots(database: Database, reach: ResolvedReach, reader: VectorReader): SlotBitmap {
  const byColumns = [...reach.owners.map((owner) => ({ owner })), ...reach.namespaces]
  const byRows = Uint32Array.from(listReached(database, reach), (key) => key - 1)
  return SlotBitmap.inAny([SlotBitmap.of(byRows), ...byColumns.map((columns) => reader.filterBitmap(columns))])
}

/** Looks a capsule's tags up where its slot cannot hold them all. */
function createTagCheck(database: Database, tags: readonly number[]): (slot: number) => boolean {
  const sql = `SELECT 1 FROM capsules c WHERE c.key = ? AND ${tags.map(() => holdsTag('c')).join(' AND ')}`
  const marks = tags.map(tagMark)
  return (slot) => database.get(sql, slot + 1, ...marks) !== undefined
}

const chunkSlots = (database: Database, document: number): Uint32Array =>
  toSlots(database.all<{ key: number }>('SELECT key FROM capsules WHERE part_of = ?', document))

/** Slots of the capsules of these keys. */
export const toSlots = (rows: readonly { readonly key: number }[]): Uint32Array =>
  Uint32Array.from(rows, ({ key }) => key - 1)
