import type { Leaf } from '#ledger'
import { listImportedTrust } from '../export/imported-trust.ts'
import type { CapsuleContext } from './context.ts'
import type { TrustEvent } from './trust-event.ts'

export type { TrustEvent } from './trust-event.ts'

const KINDS = [
  { type: 'capsule.quarantined', what: 'quarantined' },
  { type: 'capsule.released', what: 'released' },
] as const

/**
 * What happened to a capsule's trust, newest first: changes as the store keeps them, quarantines as the ledger does, and what
 * another instance told.
 */
export async function listTrustEvents(
  { store }: Pick<CapsuleContext, 'store'>,
  id: string,
  limit: number,
): Promise<readonly TrustEvent[]> {
  const changes = (await store.capsules.trustHistory(id, limit)).map((entry) => ({
    what: 'changed' as const,
    ...entry,
  }))
  const quarantines = await Promise.all(
    KINDS.map(async ({ type, what }) => {
      const found = await store.ledger.list({ category: 'trust', type, subject: `capsule/${id}` }, { limit })
      return found.map(({ leaf }) => ({ what, ...entryOf(leaf) }))
    }),
  )
  const elsewhere = await listImportedTrust(store.records, id)
  return [...changes, ...quarantines.flat(), ...elsewhere].toSorted((a, b) => b.at - a.at).slice(0, limit)
}

function entryOf({ payload, time, actor }: Leaf): Omit<TrustEvent, 'what'> {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
  const reason = typeof payload.reason === 'string' ? payload.reason : ''
  return { old: number(payload.old), new: number(payload.new), reason, at: Date.parse(time), actor }
}
