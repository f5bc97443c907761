import { SHARE_LIMITS, type ShareRight } from '@forge-cascade/contract'
import { CascadeError, isUuid, saltedDigest, toRfc3339 } from '#base'
import type { Subject } from '#identity'
import type { Grant } from '#store'
import type { Page } from '../capsule-store.ts'
import { carryOut } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { getPlaced } from '../use-cases/read-capsule.ts'
import { type Telling, tellOf } from '../use-cases/tell.ts'
import type { Namespace } from './capsule-reach.ts'
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
 * Shares a capsule.
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
  await carryOut(context, call, { changes, ...tellShare(call.grant, 'share.revoked', share) })
  return share
}

async function isOf({ store, rights }: CapsuleContext, subject: Subject, share: Share): Promise<boolean> {
  if (readsEverything(subject) || share.grantedBy === subject.id || share.with === subject.id) return true
  const [facts] = share.capsule === null ? [] : await store.capsules.getFacts([share.capsule])
  return facts !== undefined && (rights?.may('share', facts) ?? true)
}

async function grantShare(
  { store, subjects, clock, newId, random }: CapsuleContext,
  call: Call<'capsule.share'>,
  { with: name, right, until }: ShareRequest,
  shared: Shared,
): Promise<Share> {
  const { records } = store
  const subject = await subjects.resolve(name)
  if (!subject) throw new CascadeError('UNPROCESSABLE', `Nobody is called ${name}; name a subject by its id or name.`)
  const ends = until === undefined ? null : Date.parse(until)
  if (ends !== null && ends <= clock())
    throw new CascadeError('UNPROCESSABLE', `The share would have ended at ${until}; name a moment that is to come.`)
  const others = await records.listBy('shares', 'with', subject.id, { limit: SHARE_LIMITS.sharesMax })
  if (others.items.length >= SHARE_LIMITS.sharesMax) throw tooMany(subject)
  const share: Share = {
    ...{ id: newId(), ...shared, with: subject.id, right, grantedBy: call.subject.id, grantedAt: clock(), until: ends },
    namespaceBy: shared.namespace ? call.subject.id : null,
    kind: shared.namespace ? 'namespace' : 'capsule',
    digestKey: Buffer.from(random(new Uint8Array(32))).toString('hex'),
  }
  const put = records.put(call.grant, 'shares', share.id, share, {
    expectedRevision: 0,
    ...(ends !== null && { expiresAt: ends }),
  })
  await carryOut({ store }, call, { changes: [put], ...tellShare(call.grant, 'share.granted', share) })
  return share
}

const tooMany = ({ name }: Subject): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `${SHARE_LIMITS.sharesMax} shares are in force with ${name}; revoke one, or share a namespace.`,
  )

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
