import type { Share } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import {
  acceptTerms,
  type Call,
  type Share as GrantedShare,
  getCard,
  listCapsuleShares,
  listNamespaceShares,
  revokeShare,
  seenBy,
  shareCapsule,
  shareNamespace,
} from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Who else may read, change or fork a capsule. */
export function shareHandlers({ capsules }: HandlerContext): HandlersFor<OperationsOf<'Sharing'>> {
  const seen = ({ subject }: Call) => seenBy(capsules, subject)
  const presentAll = async (shares: readonly GrantedShare[]): Promise<Share[]> => {
    const names = await capsules.subjects.names(shares.flatMap((one) => [one.with, one.grantedBy]))
    return shares.map((one) => presentShare(one, names))
  }
  const created = async (share: GrantedShare) => ({ status: 201, body: (await presentAll([share]))[0]! }) as const // one in, one out
  const paged = async ({ items, next }: Awaited<ReturnType<typeof listCapsuleShares>>) =>
    ({ status: 200, body: { items: await presentAll(items), next_cursor: next ?? null } }) as const
  return {
    listCapsuleShares: async ({ params: { id }, call, query }) =>
      paged(await listCapsuleShares(await seen(call), id, query)),
    shareCapsule: async ({ params: { id }, call, body }) =>
      created(await shareCapsule(await seen(call), call, id, body)),
    unshareCapsule: async ({ params: { id, share }, call }) => {
      await revokeShare(await seen(call), call, share, id)
      return { status: 204 }
    },
    listShares: async ({ call, query }) => paged(await listNamespaceShares(capsules, call.subject, query)),
    shareNamespace: async ({ call, body: { namespace, ...request } }) =>
      created(await shareNamespace(capsules, call, namespace, request)),
    revokeShare: async ({ params: { id }, call }) => {
      const [ended] = await presentAll([await revokeShare(await seen(call), call, id)])
      return { status: 200, body: ended! } // one in, one out
    },
    getSaleCard: async ({ params: { id } }) => {
      const { capsule, termsDigest } = await getCard(capsules, id)
      const { title, licenceTerms: terms } = capsule
      return { status: 200, body: { id, title, licence: 'for-sale', terms, terms_digest: termsDigest } }
    },
    acceptTerms: async ({ params: { id }, call, body }) => {
      const { version, termsDigest, at } = await acceptTerms(capsules, call, id, body.terms_digest)
      return { status: 201, body: { capsule: id, version, terms_digest: termsDigest, accepted_at: toRfc3339(at) } }
    },
  }
}

const presentShare = (share: GrantedShare, names: ReadonlyMap<string, string>): Share => ({
  id: share.id,
  capsule: share.capsule,
  namespace: share.namespace && { ...share.namespace, owner: share.namespace.owner ?? null },
  with: share.with,
  with_name: names.get(share.with) ?? null,
  right: share.right,
  granted_by: share.grantedBy,
  granted_by_name: names.get(share.grantedBy) ?? null,
  granted_at: toRfc3339(share.grantedAt),
  until: share.until === null ? null : toRfc3339(share.until),
})
