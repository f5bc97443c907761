import { describeArchiving } from './capsule-store.archiving.contract.ts'
import { describeAsOf } from './capsule-store.as-of.contract.ts'
import { describeCounts } from './capsule-store.counts.contract.ts'
import { describeDedupe } from './capsule-store.dedupe.contract.ts'
import { describeErasing } from './capsule-store.erasing.contract.ts'
import { describeFilters } from './capsule-store.filters.contract.ts'
import { describeCapsuleGrants } from './capsule-store.grants.contract.ts'
import { describeLineage } from './capsule-store.lineage.contract.ts'
import { describeLinks } from './capsule-store.links.contract.ts'
import { describeLists } from './capsule-store.lists.contract.ts'
import { describeRanking } from './capsule-store.ranking.contract.ts'
import { describeReach } from './capsule-store.reach.contract.ts'
import { describeRevisions } from './capsule-store.revisions.contract.ts'
import { describeSearch } from './capsule-store.search.contract.ts'
import { describeSpaces } from './capsule-store.spaces.contract.ts'
import { describeTrust } from './capsule-store.trust.contract.ts'
import { describeVectors } from './capsule-store.vectors.contract.ts'
import { describeVersions } from './capsule-store.versions.contract.ts'
import { describeWords } from './capsule-store.words.contract.ts'
import type { OpenStore } from './testing.ts'

/** What every store promises about capsules. `open` gives a new, empty store each time. */
export function describeCapsuleStore(name: string, open: OpenStore): void {
  describeVersions(name, open)
  describeRevisions(name, open)
  describeAsOf(name, open)
  describeDedupe(name, open)
  describeFilters(name, open)
  describeReach(name, open)
  describeSearch(name, open)
  describeWords(name, open)
  describeRanking(name, open)
  describeVectors(name, open)
  describeSpaces(name, open)
  describeLineage(name, open)
  describeTrust(name, open)
  describeLinks(name, open)
  describeLists(name, open)
  describeErasing(name, open)
  describeArchiving(name, open)
  describeCounts(name, open)
  describeCapsuleGrants(name, open)
}
