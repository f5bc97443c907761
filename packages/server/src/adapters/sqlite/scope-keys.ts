import type { CapsuleDraft } from '#capsules'
import { hashKey } from './hash-key.ts'

/** Stands for what makes a duplicate, less the fingerprint's other half: an index key, compared in full when found. */
export const dedupeKey = (
  owner: string,
  same: Pick<CapsuleDraft, 'identity' | 'lane' | 'fold' | 'type' | 'place' | 'fingerprint'>,
): number => {
  const { identity, lane, fold, type, place, fingerprint } = same
  return hashKey(JSON.stringify([owner, identity, lane, fold, type, place, fingerprint]))
}

export const placeKey = (
  owner: string,
  scope: { readonly identity: string | null; readonly lane: string | null; readonly fold: string | null },
  place: string,
): number => hashKey(JSON.stringify([owner, scope.identity, scope.lane, scope.fold, place]))
