import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleFilter } from '../capsule-store.ts'
import type { CapsuleContext } from './context.ts'

const CHUNKS_PER_PAGE = 200

/** The chunks of a document, in any order; none for a capsule that is no document. All but the erased when left open. */
export async function listChunks(
  { store }: Pick<CapsuleContext, 'store'>,
  document: string,
  statuses: NonNullable<CapsuleFilter['statuses']> = ['ACTIVE', 'ARCHIVED', 'QUARANTINED'],
): Promise<readonly StoredCapsule[]> {
  const chunks: StoredCapsule[] = []
  let cursor: string | undefined
  do {
    const page = { limit: CHUNKS_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await store.capsules.list({ partOf: document, statuses }, page)
    chunks.push(...items)
    cursor = next
  } while (cursor !== undefined)
  return chunks
}
