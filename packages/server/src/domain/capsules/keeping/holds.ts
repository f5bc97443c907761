import { type HoldTarget, KEEPING_LIMITS } from '@forge-cascade/contract'
import { CascadeError, isUuid, saltedDigest, toRfc3339 } from '#base'
import type { Change, Grant } from '#store'
import type { StoredCapsule } from '../capsule.ts'
import type { Page } from '../capsule-store.ts'
import { isJobKey, jobKey } from '../import/import-records.ts'
import { carryOut, untilUndisturbed } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { getPlaced } from '../use-cases/read-capsule.ts'
import { type Telling, tellOf } from '../use-cases/tell.ts'
import { isOutOfStore, listRunning } from './erasure-ids.ts'
import { covers, EPOCH_KEY, type HoldRow } from './legal-hold.ts'

type Context = Pick<CapsuleContext, 'store' | 'subjects' | 'clock' | 'newId' | 'random'>

/**
 * Places a hold.
 *
 * @throws CascadeError NOT_FOUND or ERASED for its capsule; UNPROCESSABLE when too many are in force; CONFLICT while an
 *   erasure is under way, which might be of what is to be held.
 */
export function placeHold(
  context: Context,
  call: Call<'capsule.hold'>,
  { target, reason }: { readonly target: HoldTarget; readonly reason: string },
): Promise<HoldRow> {
  return untilUndisturbed(async () => {
    const epoch = await readEpoch(context)
    await requireNothingLeaves(context)
    if (target.kind === 'capsule') await getPlaced(context, target.capsule)
    if ((await listPlaced(context)).length >= KEEPING_LIMITS.holdsMax)
      throw new CascadeError('UNPROCESSABLE', `${KEEPING_LIMITS.holdsMax} legal holds are in force; lift one first.`)
    const row: HoldRow = {
      id: context.newId(),
      state: 'placed',
      target,
      owner: target.kind === 'subject' ? ((await context.subjects.resolve(target.subject))?.id ?? null) : null,
      reason,
      placedBy: call.grant.subject,
      placedAt: context.clock(),
      lifted: null,
      digestKey: Buffer.from(context.random(new Uint8Array(32))).toString('hex'),
    }
    await write(context, call, row, 'hold.placed', [raiseEpoch(context, call.grant, epoch)])
    return row
  })
}

/** Lifts a hold; one that was lifted stays as it is. @throws CascadeError NOT_FOUND. */
export async function liftHold(
  context: Context,
  call: Call<'capsule.hold'>,
  id: string,
  reason: string,
): Promise<HoldRow> {
  const found = await findHold(context, id)
  if (!found) throw new CascadeError('NOT_FOUND', `No legal hold has the id ${id}.`)
  if (found.state === 'lifted') return found
  const row: HoldRow = {
    ...found,
    state: 'lifted',
    lifted: { by: call.grant.subject, at: context.clock(), reason },
  }
  await write(context, call, row, 'hold.lifted', [])
  return row
}

export async function findHold({ store }: Pick<Context, 'store'>, id: string): Promise<HoldRow | undefined> {
  return isUuid(id) ? (await store.records.find<HoldRow>('legal_holds', jobKey(id)))?.value : undefined
}

/** Newest first, lifted ones among them. @throws CascadeError CURSOR_INVALID. */
export async function listHolds(
  { store }: Pick<Context, 'store'>,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<HoldRow>> {
  if (cursor !== undefined && !isJobKey(cursor)) throw invalidCursor()
  const page = await store.records.list<HoldRow>('legal_holds', {
    limit,
    ...(cursor !== undefined && { after: cursor }),
  })
  return { items: page.items.map(({ value }) => value), next: page.next }
}

const invalidCursor = (): CascadeError => new CascadeError('CURSOR_INVALID', 'The cursor is none of this list.')

/** The holds in force. */
export async function listPlaced({ store }: Pick<Context, 'store'>): Promise<readonly HoldRow[]> {
  const { items } = await store.records.listBy<HoldRow>('legal_holds', 'state', 'placed', {
    limit: KEEPING_LIMITS.holdsMax,
  })
  return items.map(({ value }) => value)
}

/** The first hold of those in force that covers any of the capsules, with the capsule. */
export function findCovering(
  holds: readonly HoldRow[],
  capsules: readonly StoredCapsule[],
): { readonly hold: HoldRow; readonly capsule: StoredCapsule } | undefined {
  for (const capsule of capsules) {
    const hold = holds.find((one) => covers(one, capsule))
    if (hold) return { hold, capsule }
  }
  return undefined
}

/** The refusal, which says who placed the hold, when and why, and what to do. */
export async function refusalOf(
  { subjects }: Pick<Context, 'subjects'>,
  hold: HoldRow,
  id: string,
): Promise<CascadeError> {
  const by = (await subjects.find(hold.placedBy))?.name ?? hold.placedBy
  const { placedAt, reason } = hold
  return new CascadeError(
    'LEGAL_HOLD',
    `Capsule ${id} is under the legal hold ${hold.id}, which ${by} placed on ${toRfc3339(placedAt)}: ${reason}`,
    { extensions: { hold_id: hold.id, capsule_id: id, placed_by: hold.placedBy, reason } },
  )
}

/** The revision of what counts holds and erasures; 0 before the first. */
export const readEpoch = async ({ store }: Pick<Context, 'store'>): Promise<number> =>
  (await store.records.find('hold_epoch', EPOCH_KEY))?.revision ?? 0

/** Fails with REVISION_MISMATCH where a hold was placed or an erasure begun since the epoch was read. */
export const raiseEpoch = ({ store }: Pick<Context, 'store'>, grant: Grant, epoch: number): Change =>
  store.records.put(grant, 'hold_epoch', EPOCH_KEY, {}, { expectedRevision: epoch })

/** @param what is to be done when it has ended. @throws CascadeError CONFLICT while an erasure is under way. */
export async function requireNoErasure({ store }: Pick<Context, 'store'>, what: string): Promise<void> {
  const { items } = await store.records.listBy('erasures', 'state', 'running', { limit: 1 })
  if (items.length > 0) throw new CascadeError('CONFLICT', `An erasure is under way; ${what} when it has ended.`)
}

/**
 * As `requireNoErasure`, but for one that copies out of reach keep from being complete: it takes nothing out of the store any
 * more, so that nothing of what is to be held is lost by it.
 */
async function requireNothingLeaves({ store }: Pick<Context, 'store'>): Promise<void> {
  for (const row of await listRunning(store))
    if (!(await isOutOfStore(store, row)))
      throw new CascadeError('CONFLICT', 'An erasure is under way; place the hold when it has ended.')
}

async function write(
  context: Context,
  call: Call<'capsule.hold'>,
  row: HoldRow,
  type: 'hold.placed' | 'hold.lifted',
  changes: readonly Change[],
): Promise<void> {
  const put = context.store.records.put(call.grant, 'legal_holds', jobKey(row.id), row)
  await carryOut(context, call, { changes: [put, ...changes], ...tellHold(call.grant, type, row) })
}

/** Target and reason may be personal: only their salted digests go into the log. */
function tellHold(grant: Grant, type: 'hold.placed' | 'hold.lifted', row: HoldRow): Telling {
  const key = Buffer.from(row.digestKey, 'hex')
  const payload = { kind: row.target.kind, ...(row.target.kind === 'capsule' && { capsule: row.target.capsule }) }
  const digests = {
    target: saltedDigest(key, JSON.stringify(row.target)),
    reason: saltedDigest(key, row.lifted?.reason ?? row.reason),
  }
  return tellOf(grant, type, `hold/${row.id}`, payload, digests)
}
