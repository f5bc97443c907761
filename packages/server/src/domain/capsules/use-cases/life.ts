import { TRUST_LEVELS } from '@forge-cascade/contract'
import type { RecordPayload } from '@forge-cascade/contract/records'
import { CascadeError } from '#base'
import type { Change, Grant } from '#store'
import { requireRight } from '../access/read-rights.ts'
import type { StoredCapsule } from '../capsule.ts'
import { carryOut, findFirst, keepKey, untilUndisturbed, type Work } from './carry-out.ts'
import { listChunks } from './chunks.ts'
import type { Call, CapsuleContext } from './context.ts'
import { getCapsule, getPlaced } from './read-capsule.ts'
import { tell } from './tell.ts'
import { keepReason } from './trust-reasons.ts'
import { requireStatus, staleRevision } from './update-capsule.ts'

/**
 * Takes a capsule, and the chunks of a document, out of search and lists. Repeating it changes nothing: what is archived
 * is as the caller wants it, whatever state they have seen.
 *
 * @param matches says whether the state that was found is the one the caller has seen (If-Match).
 * @throws CascadeError REVISION_MISMATCH, NOT_FOUND, ERASED, CONFLICT (quarantined).
 */
export async function archiveCapsule(
  context: CapsuleContext,
  call: Call<'capsule.archive'>,
  id: string,
  matches: (head: StoredCapsule) => boolean = () => true,
): Promise<void> {
  const stale = await untilUndisturbed(async () => {
    const capsule = await getPlaced(context, id)
    requireRight(context.rights, 'write', capsule)
    if (capsule.status === 'ARCHIVED') return
    if (!matches(capsule)) return capsule
    await carryOut(context, call, archiving(context, call.grant, capsule))
    return
  })
  if (stale) throw staleRevision(stale)
}

/** What archiving comes to. @throws CascadeError CONFLICT unless it is active. */
export function archiving({ store }: Pick<CapsuleContext, 'store'>, grant: Grant, capsule: StoredCapsule): Work {
  requireStatus(capsule, ['ACTIVE'], 'be archived')
  const changes = [store.capsules.setStatus(grant, capsule.id, 'ARCHIVED', { withChunks: true })]
  return { changes, ...tell(grant, 'capsule.archived', capsule.id, { version: capsule.version }), of: capsule }
}

/** What bringing back comes to. @throws CascadeError CONFLICT unless it is archived. */
export function restoring({ store }: Pick<CapsuleContext, 'store'>, grant: Grant, capsule: StoredCapsule): Work {
  requireStatus(capsule, ['ARCHIVED'], 'be restored')
  const changes = [store.capsules.setStatus(grant, capsule.id, 'ACTIVE', { withChunks: true })]
  return { changes, ...tell(grant, 'capsule.restored', capsule.id, { version: capsule.version }), of: capsule }
}

/** Brings an archived capsule back, with the chunks it was archived with. Repeating it changes nothing. */
export async function restoreCapsule(
  context: CapsuleContext,
  call: Call<'capsule.restore'>,
  id: string,
): Promise<StoredCapsule> {
  if (await findFirst(context, call)) return getCapsule(context, id)
  await untilUndisturbed(async () => {
    const capsule = await getCapsule(context, id)
    requireRight(context.rights, 'write', capsule)
    if (capsule.status === 'ACTIVE') return keepKey(context, call)
    await carryOut(context, call, restoring(context, call.grant, capsule))
  })
  return getCapsule(context, id)
}

/**
 * Brings a capsule's effective trust to 0, at once for everything that derives from it. Repeating it changes nothing.
 *
 * @throws CascadeError CONFLICT for a capsule of CORE trust, which quarantine does not touch.
 */
export async function quarantineCapsule(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  reason: string,
): Promise<void> {
  if (await findFirst(context, call)) return
  await untilUndisturbed(async () => {
    const capsule = await getCapsule(context, id)
    if (capsule.status === 'QUARANTINED') return keepKey(context, call)
    requireStatus(capsule, ['ACTIVE', 'ARCHIVED'], 'be quarantined')
    if (capsule.trust >= TRUST_LEVELS.CORE) throw immune(capsule)
    const change = context.store.capsules.setStatus(call.grant, id, 'QUARANTINED', { withChunks: true })
    const payload = { old: capsule.trust, new: 0, status_before: capsule.status }
    await carryOut(context, call, {
      ...tellTrust(context, call, 'capsule.quarantined', id, { changes: [change], payload, reason }),
      of: capsule,
    })
  })
}

const immune = ({ id }: StoredCapsule): CascadeError =>
  new CascadeError(
    'CONFLICT',
    `Capsule ${id} has CORE trust, which quarantine does not touch; lower its trust first where that is meant.`,
  )

/** Lifts a quarantine: the capsule has the trust and the status that it had. */
export async function releaseCapsule(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  reason: string,
): Promise<void> {
  if (await findFirst(context, call)) return
  await untilUndisturbed(async () => {
    const capsule = await getCapsule(context, id)
    requireStatus(capsule, ['QUARANTINED'], 'be released')
    const status = statusBefore(capsule)
    const change = context.store.capsules.setStatus(call.grant, id, status, { withChunks: true })
    const payload = { old: 0, new: capsule.trust, status }
    await carryOut(context, call, {
      ...tellTrust(context, call, 'capsule.released', id, { changes: [change], payload, reason }),
      of: capsule,
    })
  })
}

/** Archiving ends the validity of a head and nothing else does, and quarantine leaves it as it is. */
const statusBefore = ({ validTo }: StoredCapsule): 'ACTIVE' | 'ARCHIVED' => (validTo === null ? 'ACTIVE' : 'ARCHIVED')

/**
 * Changes what a capsule may be trusted with, and with a document its chunks: they are the same words. A lowering counts
 * at once, a rise of what derives from it follows.
 */
export function setTrust(
  context: CapsuleContext,
  call: Call<'capsule.trust'>,
  id: string,
  { trust, reason }: { readonly trust: number; readonly reason: string },
): Promise<void> {
  return untilUndisturbed(async () => {
    const capsule = await getCapsule(context, id)
    if (capsule.trust === trust) return
    const chunks = (await listChunks(context, id)).filter((chunk) => follows(chunk.trust, capsule.trust, trust))
    const changes = [id, ...chunks.map((chunk) => chunk.id)].map(
      (each): Change => context.store.capsules.setTrust(call.grant, each, trust, reason),
    )
    const payload = { old: capsule.trust, new: trust, ...(chunks.length > 0 ? { chunks: chunks.length } : {}) }
    await carryOut(context, call, {
      ...tellTrust(context, call, 'capsule.trust_changed', id, { changes, payload, reason }),
      of: capsule,
    })
  })
}

/** A chunk goes where its document goes, unless somebody trusted it less before. */
const follows = (chunk: number, before: number, after: number): boolean => chunk > after || chunk === before

type TrustMoveType = 'capsule.quarantined' | 'capsule.released' | 'capsule.trust_changed'

interface TrustMove<T extends TrustMoveType> {
  readonly changes: readonly Change[]
  readonly payload: RecordPayload<T>
  readonly reason: string
}

/** A change of trust is a record of the category `trust`; its reason may be personal, and is kept where it can go. */
function tellTrust<T extends TrustMoveType>(
  { store, random }: CapsuleContext,
  call: Call,
  type: T,
  id: string,
  { changes, payload, reason }: TrustMove<T>,
): Work {
  const kept = keepReason(store.records, call.grant, id, { reason, digestKey: random(new Uint8Array(32)) })
  return { changes: [...changes, kept.change], ...tell(call.grant, type, id, payload, kept.digests) }
}
