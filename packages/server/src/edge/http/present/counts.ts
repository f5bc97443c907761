import type { stats } from '@forge-cascade/contract'
import type { z } from 'zod'
import type { CapsuleCounts, Tally } from '#capsules'

/** What is counted, in the words of the contract. */
export function presentCounts(counts: CapsuleCounts): z.output<typeof stats> {
  const { byStatus, byType, byEmbeddingModel, byTrustLevel, lineage } = counts
  return {
    capsules: counts.capsules,
    chunks: counts.chunks,
    versions: counts.versions,
    content_bytes: counts.contentBytes,
    by_status: take(byStatus, 'capsules'),
    by_type: take(byType, 'capsules'),
    by_embedding_model: take(byEmbeddingModel, 'capsules'),
    by_trust_level: take(byTrustLevel, 'capsules'),
    bytes: {
      by_status: take(byStatus, 'bytes'),
      by_type: take(byType, 'bytes'),
      by_embedding_model: take(byEmbeddingModel, 'bytes'),
      by_trust_level: take(byTrustLevel, 'bytes'),
    },
    scopes: counts.scopes,
    by_scope: counts.byScope.map(({ identity, lane, fold, capsules, bytes }) => ({
      identity,
      lane,
      fold,
      capsules,
      bytes,
    })),
    lineage: { derived: lineage.derived, depth_mean: lineage.depthMean, depth_max: lineage.depthMax },
    sequence: counts.sequence,
  }
}

const take = (tallies: Readonly<Record<string, Tally>>, member: keyof Tally): Record<string, number> =>
  Object.fromEntries(Object.entries(tallies).map(([name, tally]) => [name, tally[member]]))
