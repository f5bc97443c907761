// Requests that wait for somebody's word.
import { type Clock, systemRandom } from '#base'
import type { BootContext } from '#boot'
import type { LiveConfig } from '#config'
import { Approvals, type CapsulePin } from '#governance'
import * as key from './compose-keys.ts'
import type { Store } from './domain/store.ts'

interface ApprovalFrame {
  readonly live: LiveConfig
  readonly clock: Clock
  readonly newId: () => string
}

/** Opens them; who carries out what is approved says so later. */
export function openApprovals({ live, clock, newId }: ApprovalFrame, boot: BootContext): undefined {
  const [store, gate] = [boot.get(key.STORE), boot.get(key.GATE)]
  const [subjects, tokens] = [boot.get(key.SUBJECTS), boot.get(key.TOKENS)]
  const approvals = new Approvals({
    ...{ store, clock, newId, random: systemRandom },
    hours: () => live.loaded.config.gate.approval_hours,
    keepDays: () => live.loaded.config.gate.decision_days,
    bundle: () => gate.bundle.digest,
    findSubject: (id) => subjects.find(id),
    findWhoMayEnter: (id) => subjects.findWhoMayEnter(id),
    isTokenActive: (id) => tokens.isActive(id),
    findCapsule: (resource) => pinOf(store, resource),
  })
  boot.provide(key.APPROVALS, approvals)
  return undefined
}

const CAPSULE = 'capsule/'

/** The capsule that a resource names, as it is now. */
export async function pinOf({ capsules }: Pick<Store, 'capsules'>, resource: string): Promise<CapsulePin | null> {
  if (!resource.startsWith(CAPSULE)) return null
  const [head] = await capsules.getHeads([resource.slice(CAPSULE.length)])
  return head ? { version: head.version, revision: head.revision } : null
}
