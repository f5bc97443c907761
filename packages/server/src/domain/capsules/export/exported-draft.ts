import type { Random } from '#base'
import type { VersionContent } from '../capsule.ts'
import type { CapsuleDraft } from '../capsule-draft.ts'
import { makeDraft, placeOf, placeOfChunk } from '../use-cases/draft.ts'
import type { SaidVersion } from './export-digest.ts'

/** Who a version belongs to in this instance, and how far it is trusted. */
export interface ExportedWho {
  readonly owner: string
  readonly author: string
  readonly trust: number
}

/** An exported version as a draft with the same id, validity and parents. */
export function toExportedDraft(version: SaidVersion, who: ExportedWho, random: Random): CapsuleDraft {
  const { id, part_of: partOf, source, valid_from, found_by_chunks } = version
  const place = partOf ? placeOfChunk(partOf) : placeOf(source)
  const identity = { ...who, id, embedding: null, validFrom: Date.parse(valid_from), place, indexed: !found_by_chunks }
  return makeDraft(contentOf(version), partOf ? { ...identity, partOf } : identity, random)
}

const contentOf = (version: SaidVersion): VersionContent => ({
  type: version.type,
  title: version.title,
  content: version.content,
  tags: version.tags,
  category: version.category,
  licence: version.licence,
  licenceTerms: version.licence_terms,
  identity: version.identity,
  lane: version.lane,
  fold: version.fold,
  metadata: version.metadata,
  source: version.source,
  parents: version.parents.map(({ id, version: of, reason, timestamp, changes }) => ({
    id,
    version: of,
    reason,
    at: Date.parse(timestamp),
    ...(changes === undefined ? {} : { changes }),
  })),
})
