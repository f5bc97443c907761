import type { Records } from '#store'
import type { TrustEvent } from '../use-cases/trust-event.ts'

/** How trust moved in the instances that capsules came from. */
export const IMPORTED_TRUST_COLLECTION = { name: 'imported_trust', indexes: [] } as const

/** Entries in one record: with reasons of 1000 characters they stay below the size of a record. */
const ENTRIES_PER_PAGE = 40
/** Entries that are taken in together. */
export const TRUST_ENTRIES_TOGETHER = 25 * ENTRIES_PER_PAGE

interface TrustPage {
  readonly entries: readonly TrustEvent[]
}

/** What another instance told of a capsule's trust, newest first; nothing for a capsule that was not imported so. */
export async function listImportedTrust(records: Records, id: string): Promise<readonly TrustEvent[]> {
  const entries: TrustEvent[] = []
  // Pages are written without a gap, so the first one that is missing is the end.
  for (let page = 0; ; page++) {
    const found = await findPage(records, id, page)
    if (!found) return entries
    entries.push(...found.value.entries)
  }
}

/** Whether the entry at `from` (a multiple of `TRUST_ENTRIES_TOGETHER`), counted from the newest, was taken in. */
export const hasImportedTrust = async (records: Records, id: string, from: number): Promise<boolean> =>
  (await findPage(records, id, from / ENTRIES_PER_PAGE)) !== undefined

/**
 * The records that hold the entries.
 *
 * @param from how many newer ones were told before them, a multiple of `TRUST_ENTRIES_TOGETHER`.
 */
export function toTrustPages(
  id: string,
  entries: readonly TrustEvent[],
  from: number,
): readonly { readonly key: string; readonly value: TrustPage }[] {
  return Array.from({ length: Math.ceil(entries.length / ENTRIES_PER_PAGE) }, (_, page) => ({
    key: pageKey(id, from / ENTRIES_PER_PAGE + page),
    value: { entries: entries.slice(page * ENTRIES_PER_PAGE, (page + 1) * ENTRIES_PER_PAGE) },
  }))
}

const findPage = (records: Records, id: string, page: number) =>
  records.find<TrustPage>(IMPORTED_TRUST_COLLECTION.name, pageKey(id, page))

const pageKey = (id: string, page: number): string => `${id}:${page}`
