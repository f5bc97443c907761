import type { CapsuleContext } from '../use-cases/context.ts'
import { type ErasureRow, pageKey } from './erasure.ts'

type Store = CapsuleContext['store']

/** More are never under way: each waits for the one before. */
const RUNNING_MAX = 1000

/** Erasures that have begun and are not complete. */
export async function listRunning({ records }: Store): Promise<readonly ErasureRow[]> {
  const { items } = await records.listBy<ErasureRow>('erasures', 'state', 'running', { limit: RUNNING_MAX })
  return items.map(({ value }) => value)
}

/** The ids of a page of an erasure; none for a page that there is not. */
export async function readIdPage({ records }: Store, id: string, page: number): Promise<readonly string[]> {
  const found = await records.find<{ ids: readonly string[] }>('erasure_ids', pageKey(id, page))
  return found?.value.ids ?? []
}

/** All that an erasure takes, in the order in which it goes. */
export async function readIds(store: Store, { id, pages }: Pick<ErasureRow, 'id' | 'pages'>): Promise<string[]> {
  const ids: string[] = []
  for (let page = 0; page < pages; page++) ids.push(...(await readIdPage(store, id, page)))
  return ids
}

/** True when the store itself shows nothing any more of what is erased, wherever copies of it may be. */
export async function isOutOfStore(store: Store, { id, pages }: Pick<ErasureRow, 'id' | 'pages'>): Promise<boolean> {
  for (let page = 0; page < pages; page++) {
    const heads = await store.capsules.getHeads(await readIdPage(store, id, page))
    if (heads.some(({ status }) => status !== 'ERASED')) return false
  }
  return true
}
