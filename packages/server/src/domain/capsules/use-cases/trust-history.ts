import type { Leaf, LeafFilter } from '#ledger'
import type { Store } from '../../store.ts'
import type { TrustEntry } from '../capsule.ts'
import { listImportedTrust } from '../export/imported-trust.ts'
import type { CapsuleContext } from './context.ts'
import type { TrustEvent } from './trust-event.ts'
import { findReason } from './trust-reasons.ts'

export type { TrustEvent } from './trust-event.ts'

const KINDS = [
  { type: 'capsule.quarantined', what: 'quarantined' },
  { type: 'capsule.released', what: 'released' },
] as const

/** What a ledger gives at once, and the first question about changes. */
const PER_PAGE = 1000

/**
 * What happened to a capsule's trust, newest first: changes as the store keeps them, quarantines as the ledger does, and what
 * another instance told. All of it where no limit is given.
 */
export async function listTrustEvents(
  { store }: Pick<CapsuleContext, 'store'>,
  id: string,
  limit: number = Number.MAX_SAFE_INTEGER,
): Promise<readonly TrustEvent[]> {
  const changes = (await listChanges(store, id, limit)).map((entry) => ({ what: 'changed' as const, ...entry }))
  const quarantines = await Promise.all(
    KINDS.map(async ({ type, what }) =>
      Promise.all(
        (await listLeaves(store, { category: 'trust', type, subject: `capsule/${id}` }, limit)).map(async (leaf) => ({
          what,
          ...entryOf(leaf),
          reason: await findReason(store.records, id, leaf.payload.decision_id),
        })),
      ),
    ),
  )
  const elsewhere = await listImportedTrust(store.records, id)
  return [...changes, ...quarantines.flat(), ...elsewhere].toSorted((a, b) => b.at - a.at).slice(0, limit)
}

/** The store has no pages of them: as long as it has more than was asked for, it is asked for twice as many. */
async function listChanges({ capsules }: Store, id: string, limit: number): Promise<readonly TrustEntry[]> {
  let asked = Math.min(limit, PER_PAGE)
  let found = await capsules.trustHistory(id, asked)
  while (found.length === asked && asked < limit) {
    asked = Math.min(limit, asked * 2)
    found = await capsules.trustHistory(id, asked)
  }
  return found
}

async function listLeaves({ ledger }: Store, filter: LeafFilter, limit: number): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = []
  while (leaves.length < limit) {
    const asked = Math.min(limit - leaves.length, PER_PAGE)
    const before = leaves.at(-1)?.index
    const page = await ledger.list(filter, { limit: asked, ...(before === undefined ? {} : { before }) })
    leaves.push(...page.map(({ leaf }) => leaf))
    if (page.length < asked) break
  }
  return leaves
}

function entryOf({ payload, time, actor }: Leaf): Omit<TrustEvent, 'what' | 'reason'> {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
  return { old: number(payload.old), new: number(payload.new), at: Date.parse(time), actor }
}
