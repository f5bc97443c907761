import type { Records } from '#store'
import type { TrustEvent } from '../use-cases/trust-event.ts'

/** How trust moved in the instances that capsules came from. */
export const IMPORTED_TRUST_COLLECTION = { name: 'imported_trust', indexes: [] } as const

/** Entries in one record: with reasons of 1000 characters they stay below the size of a record. */
const ENTRIES_PER_PAGE = 40
const PAGES_MAX = 50

interface TrustPage {
  readonly entries: readonly TrustEvent[]
}

/** What another instance told of a capsule's trust, newest first; nothing for a capsule that was not imported so. */
export async function listImportedTrust(records: Records, id: string): Promise<readonly TrustEvent[]> {
  const entries: TrustEvent[] = []
  for (let page = 0; page < PAGES_MAX; page++) {
    const found = await records.find<TrustPage>(IMPORTED_TRUST_COLLECTION.name, pageKey(id, page))
    if (!found) return entries
    entries.push(...found.value.entries)
  }
  return entries
}

/** The records that hold the entries. */
export function toTrustPages(
  id: string,
  entries: readonly TrustEvent[],
): readonly { readonly key: string; readonly value: TrustPage }[] {
  const pages = Math.min(PAGES_MAX, Math.ceil(entries.length / ENTRIES_PER_PAGE))
  return Array.from({ length: pages }, (_, page) => ({
    key: pageKey(id, page),
    value: { entries: entries.slice(page * ENTRIES_PER_PAGE, (page + 1) * ENTRIES_PER_PAGE) },
  }))
}

const pageKey = (id: string, page: number): string => `${id}:${page}`
