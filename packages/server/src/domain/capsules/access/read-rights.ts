import { CascadeError } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import { type CapsuleFacts, type CapsuleReach, factsOf } from './capsule-reach.ts'

/** What a caller may do with a capsule beside reading it. Sharing and erasing are its owner's alone. */
export type Deed = 'write' | 'fork' | 'share' | 'erase'

/** Which capsules a caller may read; made for one call. */
export interface ReadRights {
  /** What the indexes narrow by. Undefined: no bound, and nobody is asked about single capsules. */
  readonly reach: CapsuleReach | undefined
  /** The word on one capsule within reach; it may refuse what the reach admits, and admits nothing beyond it. */
  mayRead(capsule: CapsuleFacts): boolean
  /** Asked about what may be read. */
  may(deed: Deed, capsule: CapsuleFacts): boolean
}

/** Those of who may read everything. */
export const EVERYTHING: ReadRights = { reach: undefined, mayRead: () => true, may: () => true }

/** @throws CascadeError FORBIDDEN. */
export function requireRight(rights: ReadRights | undefined, deed: Deed, capsule: StoredCapsule): void {
  if (!rights || rights.may(deed, factsOf(capsule))) return
  const isShared = deed === 'write' || deed === 'fork'
  const how = isShared ? `its owner, or a share with the right \`${deed}\`` : 'its owner'
  throw new CascadeError('FORBIDDEN', `You may read capsule ${capsule.id}; to ${deed} it takes ${how}.`)
}
