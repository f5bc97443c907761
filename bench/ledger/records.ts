import { createUuidV7, sha256Hex, systemClock, systemRandom } from '../../packages/server/src/base/index.ts'
import type { LedgerRecord } from '../../packages/server/src/platform/ledger/index.ts'

/** Makes ids as an instance does. */
export const newId = createUuidV7(systemClock, systemRandom)

/** What the log is told of a capsule with a title: its entry has about 670 bytes. */
export function makeRecord(): LedgerRecord {
  const id = newId()
  return {
    ...headOf(id),
    category: 'capsule',
    type: 'capsule.created',
    digests: { content: sha256Hex(id), title: sha256Hex(ACTOR + id) },
    payload: { version: '1.0.0', type: 'knowledge', owner: ACTOR, trust: 60, parents: [], decision_id: newId() },
  }
}

/** The same of a change of trust: it tells of no text, so that a log of such records is whole without capsules. */
export function makeTrustRecord(): LedgerRecord {
  const id = newId()
  return {
    ...headOf(id),
    category: 'trust',
    type: 'capsule.trust_changed',
    digests: { reason: sha256Hex(id) },
    payload: { old: 60, new: 70, decision_id: newId() },
  }
}

const ACTOR = newId()
/** Who did it, in which request, and to which capsule. */
const headOf = (id: string) => ({ actor: ACTOR, correlationId: newId(), subject: `capsule/${id}` as const })
