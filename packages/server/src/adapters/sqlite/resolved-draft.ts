import type { CapsuleDraft, VersionDraft } from '#capsules'
import { requireCapsule } from './capsule-rows.ts'
import { findNearDuplicates, type SimilarCapsule } from './near-duplicates.ts'
import { type LinkedParent, resolveParents } from './parents.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** A draft whose words are interned and whose references are found: ready to be written. */
export interface ResolvedDraft {
  readonly owner: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: readonly number[]
  readonly partOf: number | null
  readonly parents: readonly LinkedParent[]
  readonly space: number | null
  readonly near: readonly SimilarCapsule[]
}

/**
 * @param before the capsule when it exists already.
 * @throws CascadeError NOT_FOUND, UNPROCESSABLE or LINEAGE_CYCLE for what the draft refers to; EMBEDDING_MISMATCH.
 */
export function resolveDraft(
  session: WriteSession,
  draft: CapsuleDraft | VersionDraft,
  owner: number,
  before: CapsuleRow | undefined,
): ResolvedDraft {
  const { names } = session
  return {
    owner,
    parents: resolveParents(session, draft, before),
    partOf: draft.partOf === null ? null : requireCapsule(session, draft.partOf.id).key,
    space: draft.embedding === null ? null : session.spaces.intern(draft.embedding),
    identity: names.internNullable(draft.identity),
    lane: names.internNullable(draft.lane),
    fold: names.internNullable(draft.fold),
    tags: draft.tags.map((tag) => names.intern(tag)),
    near: findNearDuplicates(session, owner, draft),
  }
}
