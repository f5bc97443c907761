import type { HoldTarget } from '@forge-cascade/contract'
import type { CollectionDefinition } from '#store'
import type { StoredCapsule } from '../capsule.ts'
import { isInScope } from '../scope.ts'

/** Holds by reversed id, so that key order is newest first. `hold_epoch` counts, so that a hold and an erasure exclude each other. */
export const HOLD_COLLECTIONS = [
  { name: 'legal_holds', indexes: ['state'] },
  { name: 'hold_epoch', indexes: [] },
] as const satisfies readonly CollectionDefinition[]
export const EPOCH_KEY = 'epoch'

/** A legal hold: what it covers is neither erased nor moved away until it is lifted. */
export interface HoldRow {
  readonly id: string
  readonly state: 'placed' | 'lifted'
  readonly target: HoldTarget
  /** The owner that a subject's name meant when the hold was placed. */
  readonly owner: string | null
  readonly reason: string
  readonly placedBy: string
  /** Milliseconds since 1970. */
  readonly placedAt: number
  readonly lifted: { readonly by: string; readonly at: number; readonly reason: string } | null
  /** Hex; the key of the digests that the log has of target and reason. */
  readonly digestKey: string
}

type Held = Pick<StoredCapsule, 'id' | 'owner' | 'identity' | 'lane' | 'fold' | 'type' | 'tags' | 'partOf'>

/** True when the hold covers the capsule. A chunk is covered with its document. */
export function covers({ target, owner }: HoldRow, capsule: Held): boolean {
  switch (target.kind) {
    case 'capsule':
      return capsule.id === target.capsule || capsule.partOf?.id === target.capsule
    case 'subject':
      return capsule.identity === target.subject || (owner !== null && capsule.owner === owner)
    case 'scope':
      return isInScope(target, capsule)
  }
}
