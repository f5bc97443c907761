import type { CapsuleFacts, CapsuleReach } from './capsule-reach.ts'

/** Which capsules a caller may read; made for one call. */
export interface ReadRights {
  /** What the indexes narrow by. Undefined: no bound, and nobody is asked about single capsules. */
  readonly reach: CapsuleReach | undefined
  /** The word on one capsule within reach; it may refuse what the reach admits, and admits nothing beyond it. */
  mayRead(capsule: CapsuleFacts): boolean
}

/** Those of who may read everything. */
export const EVERYTHING: ReadRights = { reach: undefined, mayRead: () => true }
