import { type CapsuleDraft, NEAR_DUPLICATE_SIMILARITY, NEAR_DUPLICATES_MAX, similarity } from '#capsules'
import type { NearDuplicate } from '#store'
import { headOf, type MemoryState } from './memory-state.ts'

type Signed = Pick<CapsuleDraft, 'id' | 'minhash' | 'bands'>

/** The ACTIVE heads of the same owner that share a band with the text and are similar enough, most similar first. */
export function nearDuplicates(state: MemoryState, owner: string, draft: Signed): NearDuplicate[] {
  if (!draft.minhash) return []
  const found: NearDuplicate[] = []
  for (const row of state.capsules.values()) {
    if (row.id === draft.id || row.owner !== owner || row.status !== 'ACTIVE') continue
    const head = headOf(row)
    if (!head.minhash || !head.bands.some((band) => draft.bands.includes(band))) continue
    const alike = similarity(head.minhash, draft.minhash)
    if (alike >= NEAR_DUPLICATE_SIMILARITY) found.push({ id: row.id, similarity: alike })
  }
  return found.sort((a, b) => b.similarity - a.similarity).slice(0, NEAR_DUPLICATES_MAX)
}
