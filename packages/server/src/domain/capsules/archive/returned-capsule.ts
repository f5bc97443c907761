import type { CapsuleBody, ReturnedCapsule, VersionBody } from '../capsule-body.ts'
import type { VersionDraft } from '../capsule-draft.ts'
import { bands } from '../text/minhash.ts'
import { traitsOf } from '../use-cases/draft.ts'
import type { OwnVectors } from '../use-cases/embed-documents.ts'

/**
 * A body as it goes back into the store. What follows from a text alone is worked out anew, so that an archive outlives the
 * ways in which that is done.
 *
 * @param vectorsOf those of the store's own for an indexed version to which nobody gave one.
 */
export const toReturned = (
  { id, status, ownStatus, versions, trustHistory }: CapsuleBody,
  vectorsOf: (version: VersionBody) => OwnVectors,
): ReturnedCapsule => ({
  ...{ id, status, ownStatus, trustHistory },
  versions: versions.map((version) => toDraft(id, version, vectorsOf)),
})

function toDraft(id: string, version: VersionBody, vectorsOf: (version: VersionBody) => OwnVectors): VersionDraft {
  const { given, indexed, ordinal: _ordinal, createdAt: _createdAt, validTo: _validTo, ...said } = version
  const traits = traitsOf(version)
  const vectors = given ? { embedding: given } : indexed ? vectorsOf(version) : { embedding: null }
  return { ...said, id, indexed, ...traits, bands: traits.minhash ? bands(traits.minhash) : [], ...vectors }
}
