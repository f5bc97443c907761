import type { StoredCapsule } from './capsule.ts'

/** A part of the store, of which a legal hold, a retention or an archive speaks: all that is named must match. */
export interface CapsuleScope {
  readonly identity?: string | undefined
  readonly lane?: string | undefined
  readonly fold?: string | undefined
  readonly type?: string | undefined
  readonly tag?: string | undefined
}

type Scoped = Pick<StoredCapsule, 'identity' | 'lane' | 'fold' | 'type' | 'tags'>

/** True for any capsule where nothing is named. */
export const isInScope = ({ identity, lane, fold, type, tag }: CapsuleScope, capsule: Scoped): boolean =>
  (identity === undefined || capsule.identity === identity) &&
  (lane === undefined || capsule.lane === lane) &&
  (fold === undefined || capsule.fold === fold) &&
  (type === undefined || capsule.type === type) &&
  (tag === undefined || capsule.tags.includes(tag))
