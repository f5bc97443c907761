import type { RecordPage, StoredRecord } from '../records.ts'
import { commandOf, commit, grantOf, type PlatformStore } from '../testing.ts'

type PutOptions = Parameters<PlatformStore['records']['put']>[4]

export const putRecord = (
  store: PlatformStore,
  key: string,
  value: unknown,
  options: PutOptions = {},
  collection = 'people',
) => {
  const grant = grantOf('system.maintain')
  return commit(store, commandOf(grant, [store.records.put(grant, collection, key, value, options)]))
}

export const removeRecord = (store: PlatformStore, key: string, options: { expectedRevision?: number } = {}) => {
  const grant = grantOf('system.maintain')
  return commit(store, commandOf(grant, [store.records.delete(grant, 'people', key, options)]))
}

export const findRecord = (store: PlatformStore, key: string, collection = 'people') =>
  store.records.find(collection, key)

/** Hardly more pages than any test has records. */
const PAGES_MAX = 5000

/** Every record of every page. */
export async function readPages(
  read: (after: { after?: string }) => Promise<RecordPage>,
): Promise<readonly StoredRecord[]> {
  const all: StoredRecord[] = []
  let after: { after?: string } = {}
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const { items, next } = await read(after)
    all.push(...items)
    if (next === undefined) return all
    after = { after: next }
  }
  throw new Error('the pages do not end')
}
