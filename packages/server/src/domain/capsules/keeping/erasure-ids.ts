import type { CapsuleContext } from '../use-cases/context.ts'
import { type ErasureRow, pageKey } from './erasure.ts'

type Store = CapsuleContext['store']

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
