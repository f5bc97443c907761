import type { CapsuleDraft, VersionDraft } from '#capsules'
import { requireLiving } from './capsule-rows.ts'
import { findNearDuplicates, type SimilarCapsule } from './near-duplicates.ts'
import { type LinkedParent, resolveParents } from './parents.ts'
import { ROLES } from './spaces.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** A vector and the space it is put into. */
export interface PlacedVector {
  readonly space: number
  readonly vector: Float32Array
}

/** A draft whose words are interned and whose references are found: ready to be written. */
export interface ResolvedDraft {
  readonly owner: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: readonly number[]
  readonly partOf: number | null
  readonly parents: readonly LinkedParent[]
  /** The space of a vector that a caller gave. */
  readonly space: number | null
  readonly vectors: readonly PlacedVector[]
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
    partOf: draft.partOf === null ? null : requireLiving(session, draft.partOf.id).key,
    ...resolveVectors(session, draft),
    identity: names.internNullable(draft.identity),
    lane: names.internNullable(draft.lane),
    fold: names.internNullable(draft.fold),
    tags: draft.tags.map((tag) => names.intern(tag)),
    near: findNearDuplicates(session, owner, draft),
  }
}

/**
 * A vector under a name that is not the store's own is one that a caller gave. One of the store's own is kept where its
 * space is active or being filled; made in a space that was retired meanwhile it is left out, and the version found by
 * whoever fills the active space.
 */
export function resolveVectors(
  { spaces }: WriteSession,
  { embedding, shadow }: CapsuleDraft | VersionDraft,
): Pick<ResolvedDraft, 'space' | 'vectors'> {
  const space = embedding && spaces.intern(embedding)
  if (space?.role === ROLES.given)
    return { space: space.key, vectors: [{ space: space.key, vector: embedding!.vector }] }
  const filled = spaces.own()
  const vectors = [embedding, shadow].flatMap((made) => {
    const place = made && filled.find(({ model }) => model === made.model)
    if (!place) return []
    spaces.intern(made)
    return [{ space: place.key, vector: made.vector }]
  })
  return { space: null, vectors }
}
