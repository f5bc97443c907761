import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleStore, VersionSummary } from '../capsule-store.ts'
import { type SaidVersion, versionDigest } from './export-digest.ts'
import { type SubjectNames, toExportedVersion } from './exported.ts'
import type { ExportedHistory } from './exported-history.ts'
import { listSummaries } from './list-summaries.ts'

/** How a capsule that is here stands to what an export says of it. */
export type Standing =
  /** One is as the other, or this one has gone on since. */
  | { readonly kind: 'same'; readonly isAhead: boolean }
  /** The export goes on from what is here. */
  | { readonly kind: 'behind'; readonly versions: number }
  | { readonly kind: 'other'; readonly at: string }

/** Compares version by version, by digest; the end of the last one that both have may have come since. */
export async function compareHistory(
  capsules: CapsuleStore,
  names: SubjectNames,
  head: StoredCapsule,
  history: ExportedHistory,
): Promise<Standing> {
  const here = await listSummaries(capsules, head.id)
  const there = history.capsule.versions
  const common = Math.min(here.length, there.length)
  for (let index = 0; index < common; index++) {
    const exported = await history.version(index)
    const stored = await capsules.findVersion(head.id, here[index]?.version ?? '')
    const isEnd = index === common - 1
    if (!stored || !(await isSame({ stored, summary: here[index] }, exported, isEnd, names)))
      return { kind: 'other', at: exported.version }
  }
  return here.length < there.length
    ? { kind: 'behind', versions: here.length }
    : { kind: 'same', isAhead: here.length > there.length }
}

async function isSame(
  { stored, summary }: { readonly stored: StoredCapsule; readonly summary: VersionSummary | undefined },
  exported: SaidVersion,
  isEnd: boolean,
  names: SubjectNames,
): Promise<boolean> {
  const aside = { versionReason: summary?.versionReason ?? null, hasChunks: false }
  const line = await toExportedVersion(stored, aside, names)
  // How it is found depends on the embedder and on its chunks of today.
  const found = { found_by_chunks: false, ...(isEnd ? { valid_to: null } : {}) }
  return versionDigest({ ...line, ...found }) === versionDigest({ ...exported, ...found })
}
