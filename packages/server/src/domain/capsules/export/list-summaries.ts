import type { CapsuleStore, VersionSummary } from '../capsule-store.ts'

const SUMMARIES_PER_PAGE = 100

/** All versions of a capsule, oldest first. */
export async function listSummaries(capsules: CapsuleStore, id: string): Promise<readonly VersionSummary[]> {
  const summaries: VersionSummary[] = []
  let cursor: string | undefined
  do {
    const page = { limit: SUMMARIES_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await capsules.listVersions(id, page)
    summaries.push(...items)
    cursor = next
  } while (cursor !== undefined)
  return summaries.reverse()
}
