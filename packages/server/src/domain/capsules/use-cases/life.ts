import { CascadeError } from '#base'
import type { Change, Command } from '#store'
import type { StoredCapsule } from '../capsule.ts'
import type { Call, CapsuleContext } from './context.ts'
import { getCapsule } from './read-capsule.ts'
import { type Telling, tell } from './tell.ts'
import { requireStatus } from './update-capsule.ts'

/** Takes a capsule, and the chunks of a document, out of search and lists. Repeating it changes nothing. */
export async function archiveCapsule(
  context: CapsuleContext,
  call: Call<'capsule.archive'>,
  id: string,
): Promise<void> {
  const capsule = await getCapsule(context, id)
  if (capsule.status === 'ARCHIVED') return
  requireStatus(capsule, ['ACTIVE'], 'be archived')
  const change = context.store.capsules.setStatus(call.grant, id, 'ARCHIVED', { withChunks: true })
  await commit(context, call, [change], tell(call.grant, 'capsule.archived', id, { version: capsule.version }), capsule)
}

/** Brings an archived capsule back, with the chunks it was archived with. Repeating it changes nothing. */
export async function restoreCapsule(
  context: CapsuleContext,
  call: Call<'capsule.restore'>,
  id: string,
): Promise<StoredCapsule> {
  const capsule = await getCapsule(context, id)
  if (capsule.status === 'ACTIVE') return capsule
  requireStatus(capsule, ['ARCHIVED'], 'be restored')
  const change = context.store.capsules.setStatus(call.grant, id, 'ACTIVE', { withChunks: true })
  await commit(context, call, [change], tell(call.grant, 'capsule.restored', id, { version: capsule.version }), capsule)
  return getCapsule(context, id)
}

/** Brings a capsule's effective trust to 0, at once for everything that derives from it. */
export async function quarantineCapsule(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  reason: string,
): Promise<void> {
  const capsule = await getCapsule(context, id)
  if (capsule.status === 'QUARANTINED') return
  requireStatus(capsule, ['ACTIVE', 'ARCHIVED'], 'be quarantined')
  const change = context.store.capsules.setStatus(call.grant, id, 'QUARANTINED', { withChunks: true })
  await commit(context, call, [change], tellTrust(call, 'capsule.quarantined', id, { reason }), capsule)
}

/** Lifts a quarantine: the capsule is active again with the trust it had. */
export async function releaseCapsule(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  reason: string,
): Promise<void> {
  const capsule = await getCapsule(context, id)
  requireStatus(capsule, ['QUARANTINED'], 'be released')
  const change = context.store.capsules.setStatus(call.grant, id, 'ACTIVE', { withChunks: true })
  await commit(context, call, [change], tellTrust(call, 'capsule.released', id, { reason }), capsule)
}

/** Changes what a capsule may be trusted with. A lowering counts at once, a rise of what derives from it follows. */
export async function setTrust(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  { trust, reason }: { readonly trust: number; readonly reason: string },
): Promise<void> {
  const capsule = await getCapsule(context, id)
  if (capsule.trust === trust) return
  const change = context.store.capsules.setTrust(call.grant, id, trust, reason)
  const payload = { old: capsule.trust, new: trust, reason }
  await commit(context, call, [change], tellTrust(call, 'capsule.trust_changed', id, payload), capsule)
}

/** A change of trust is a record of the category `trust`. */
function tellTrust(
  call: Call,
  type: `capsule.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>>,
): Telling {
  const { records, events } = tell(call.grant, type, id, payload)
  return { records: records.map((record) => ({ ...record, category: 'trust' as const })), events }
}

async function commit(
  { store }: CapsuleContext,
  { command, grant }: Call,
  changes: readonly Change[],
  telling: Telling,
  { id, revision }: StoredCapsule,
): Promise<void> {
  const one: Command = { ...command, grant, expected: { [id]: revision }, changes, ...telling }
  const [outcome] = await store.append([one])
  if (outcome?.ok) return
  throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a change.')
}
