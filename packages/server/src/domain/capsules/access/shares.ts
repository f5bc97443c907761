import { SHARE_LIMITS, type ShareRight } from '@forge-cascade/contract'
import { CascadeError, inTurn, isUuid, saltedDigest, toRfc3339 } from '#base'
import type { Subject } from '#identity'
import type { Grant, Records } from '#store'
import type { Page } from '../capsule-store.ts'
import { carryOut } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { getPlaced } from '../use-cases/read-capsule.ts'
import { type Telling, tellOf } from '../use-cases/tell.ts'
import type { Namespace } from './capsule-reach.ts'
import { forgetOpened } from './opened.ts'
import { requireRight } from './read-rights.ts'
import { readsEverything } from './rights-of.ts'
import type { Share } from './share.ts'

type Shared = Pick<Share, 'capsule' | 'namespace'>

export interface ShareRequest {
  /** Id or name of a subject. */
  readonly with: string
  readonly right: ShareRight
  /** RFC 3339. */
  readonly until?: string | undefined
}

/**
 * Shares a capsule. The same capsule and right, from and with the same, is one share: given again it is answered as it is, or
 * with its new end.
 *
 * @param context as the caller sees it.
 * @throws CascadeError NOT_FOUND, ERASED; FORBIDDEN for one that is another's; UNPROCESSABLE for a subject that nobody is,
 *   an end that is past, and a subject with which too much is shared.
 */
export async function shareCapsule(
  context: CapsuleContext,
  call: Call<'capsule.share'>,
  id: string,
  request: ShareRequest,
): Promise<Share> {
  requireRight(context.rights, 'share', await getPlaced(context, id))
  return grantShare(context, call, request, { capsule: id, namespace: null })
}

/** Shares what is in a scope: the caller's own, or everybody's where the caller looks after the knowledge of all. */
export const shareNamespace = (
  context: CapsuleContext,
  call: Call<'capsule.share'>,
  scope: Omit<Namespace, 'owner'>,
  request: ShareRequest,
): Promise<Share> => {
  const namespace = readsEverything(call.subject) ? scope : { ...scope, owner: call.subject.id }
  return grantShare(context, call, request, { capsule: null, namespace })
}

/** With whom a capsule is shared, oldest first. @throws CascadeError NOT_FOUND, ERASED, FORBIDDEN. */
export async function listCapsuleShares(context: CapsuleContext, id: string, page: PageAsked): Promise<Page<Share>> {
  requireRight(context.rights, 'share', await getPlaced(context, id))
  return listBy(context, 'capsule', id, page)
}

/** The namespaces that a subject shared, oldest first; those of everybody for who looks after the knowledge of all. */
export const listNamespaceShares = (
  context: CapsuleContext,
  subject: Subject,
  page: PageAsked,
): Promise<Page<Share>> =>
  readsEverything(subject)
    ? listBy(context, 'kind', 'namespace', page)
    : listBy(context, 'namespaceBy', subject.id, page)

/**
 * Ends a share: by who gave it, by the owner of its capsule, by whom it is with, or by who looks after the knowledge of all.
 *
 * @param capsule the capsule that it must be of, where one is named.
 * @throws CascadeError NOT_FOUND also for a share that is none of the caller's business.
 */
export async function revokeShare(
  context: CapsuleContext,
  call: Call<'capsule.share'>,
  id: string,
  capsule?: string,
): Promise<Share> {
  const { records } = context.store
  const found = isUuid(id) ? await records.find<Share>('shares', id) : undefined
  const share = found?.value
  if (!share || (capsule !== undefined && share.capsule !== capsule) || !(await isOf(context, call.subject, share)))
    throw new CascadeError('NOT_FOUND', `No share has the id ${id}.`)
  const changes = [records.delete(call.grant, 'shares', id)]
  try {
    await carryOut(context, call, { changes, ...tellShare(call.grant, 'share.revoked', share) })
  } finally {
    forgetOpened(records, share.with)
  }
  return share
}

async function isOf({ store, rights }: CapsuleContext, subject: Subject, share: Share): Promise<boolean> {
  if (readsEverything(subject) || share.grantedBy === subject.id || share.with === subject.id) return true
  const [facts] = share.capsule === null ? [] : await store.capsules.getFacts([share.capsule])
  return facts !== undefined && (rights?.may('share', facts) ?? true)
}

async function grantShare(
  context: CapsuleContext,
  call: Call<'capsule.share'>,
  request: ShareRequest,
  shared: Shared,
): Promise<Share> {
  const subject = await context.subjects.resolve(request.with)
  if (!subject)
    throw new CascadeError('UNPROCESSABLE', `Nobody is called ${request.with}; name a subject by its id or name.`)
  // Who shares with a subject waits for who does so at this moment, so that what is counted is what there is.
  return inTurn(context.store.records, subject.id, () => shareWith(context, call, subject, { ...shared, ...request }))
}

async function shareWith(
  { store, clock, newId, random }: CapsuleContext,
  call: Call<'capsule.share'>,
  subject: Subject,
  { capsule, namespace, right, until }: Shared & ShareRequest,
): Promise<Share> {
  const { records } = store
  const ends = until === undefined ? null : Date.parse(until)
  if (ends !== null && ends <= clock())
    throw new CascadeError('UNPROCESSABLE', `The share would have ended at ${until}; name a moment that is to come.`)
  const given = { capsule, namespace, with: subject.id, right, grantedBy: call.subject.id }
  const same = await findSame(records, subject, given)
  if (same?.until === ends) return same
  const share: Share = {
    ...(same ?? { id: newId(), ...given, grantedAt: clock() }),
    until: ends,
    namespaceBy: namespace ? call.subject.id : null,
    kind: namespace ? 'namespace' : 'capsule',
    digestKey: Buffer.from(random(new Uint8Array(32))).toString('hex'),
  }
  const put = records.put(call.grant, 'shares', share.id, share, ends === null ? {} : { expiresAt: ends })
  try {
    await carryOut({ store }, call, { changes: [put], ...tellShare(call.grant, 'share.granted', share) })
  } finally {
    forgetOpened(records, subject.id)
  }
  return share
}

/**
 * The share that there is already: the same thing and right, from and with the same.
 *
 * @throws CascadeError UNPROCESSABLE where there is none, and no room for one more.
 */
async function findSame(
  records: Records,
  subject: Subject,
  given: Shared & Pick<Share, 'right' | 'grantedBy'>,
): Promise<Share | undefined> {
  const { items } = await records.listBy<Share>('shares', 'with', subject.id, { limit: SHARE_LIMITS.sharesMax })
  const own = items.map(({ value }) => value).filter(({ grantedBy }) => grantedBy === given.grantedBy)
  const same = own.find((one) => one.right === given.right && isSameThing(one, given))
  if (same) return same
  if (own.length >= SHARE_LIMITS.sharesFromOneMax)
    throw tooMany(`You share ${own.length} capsules and scopes with ${subject.name}`)
  if (items.length >= SHARE_LIMITS.sharesMax) throw tooMany(`${items.length} shares are in force with ${subject.name}`)
  return undefined
}

const isSameThing = (one: Shared, other: Shared): boolean =>
  one.capsule === other.capsule &&
  (['owner', 'identity', 'lane', 'fold'] as const).every((name) => one.namespace?.[name] === other.namespace?.[name])

const tooMany = (told: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `${told}, and there may be no more; revoke one, or share a namespace.`)

/** Names of scopes may be personal: only their salted digest goes into the log. */
function tellShare(grant: Grant, type: 'share.granted' | 'share.revoked', share: Share): Telling {
  const { capsule, namespace, right, until } = share
  const payload = {
    ...(capsule !== null && { capsule }),
    with: share.with,
    right,
    ...(until !== null && { until: toRfc3339(until) }),
  }
  const key = Buffer.from(share.digestKey, 'hex')
  const digests = namespace ? { scope: saltedDigest(key, JSON.stringify(namespace)) } : {}
  return tellOf(grant, type, `share/${share.id}`, payload, digests)
}

interface PageAsked {
  readonly limit: number
  readonly cursor?: string | undefined
}

async function listBy(
  { store: { records } }: CapsuleContext,
  index: string,
  value: string,
  { limit, cursor }: PageAsked,
): Promise<Page<Share>> {
  const page = { limit, ...(cursor !== undefined && { after: cursor }) }
  const { items, next } = await records.listBy<Share>('shares', index, value, page)
  return { items: items.map((item) => item.value), next }
}
