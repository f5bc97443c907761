import type { ShareRight } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Subject } from '#identity'
import type { StoredCapsule } from '../capsule.ts'
import { type CapsuleFacts, type CapsuleReach, factsOf } from './capsule-reach.ts'

/** What a caller may do with a capsule beside reading it. Sharing and erasing are its owner's alone. */
export type Deed = 'write' | 'fork' | 'share' | 'erase'

/** Which capsules a caller may read; made for one call. */
export interface ReadRights {
  /** What the indexes narrow by. Undefined: no bound. */
  readonly reach: CapsuleReach | undefined
  /** To be awaited before `mayRead` is asked about capsules of these owners. */
  readonly prepare?: (owners: readonly string[]) => Promise<void>
  /** The word on one capsule within reach; it may refuse what the reach admits, and admits nothing beyond it. */
  mayRead(capsule: CapsuleFacts): boolean
  /** True where everything may be read: nobody is asked about single capsules. */
  readonly isWhole: boolean
  /** Asked about what may be read. */
  may(deed: Deed, capsule: CapsuleFacts): boolean
}

/**
 * Policies that narrow what ownership, shares and licences open. They open nothing themselves: what they permit beyond it is
 * found by nobody.
 */
export interface ReadPolicy {
  /** False while they narrow nothing; asked anew at every call, because policies change. */
  narrows(subject: Subject): boolean
  /** What is known of these owners is at hand when `mayRead` is asked. */
  prepare(owners: readonly string[]): Promise<void>
  mayRead(subject: Subject, capsule: CapsuleFacts, shared: readonly ShareRight[]): boolean
}

/** Those of who may read everything. */
export const EVERYTHING: ReadRights = { reach: undefined, isWhole: true, mayRead: () => true, may: () => true }

/** @throws CascadeError FORBIDDEN. */
export function requireRight(rights: ReadRights | undefined, deed: Deed, capsule: StoredCapsule): void {
  if (!rights || rights.may(deed, factsOf(capsule))) return
  const isShared = deed === 'write' || deed === 'fork'
  const how = isShared ? `its owner, or a share with the right \`${deed}\`` : 'its owner'
  throw new CascadeError('FORBIDDEN', `You may read capsule ${capsule.id}; to ${deed} it takes ${how}.`)
}
