import type { ShareRight } from '@forge-cascade/contract'
import type { Subject } from '#identity'
import type { Records } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { type CapsuleFacts, type CapsuleReach, isWithin } from './capsule-reach.ts'
import { EVERYTHING, type ReadRights } from './read-rights.ts'
import { type Acceptance, listAllBy, type Share } from './share.ts'

type Context = Pick<CapsuleContext, 'store'>

/** Roles that look after the knowledge of all. */
const READ_EVERYTHING: ReadonlySet<string> = new Set(['administrator', 'steward'])

export const readsEverything = ({ roles }: Subject): boolean => roles.some((role) => READ_EVERYTHING.has(role))

/**
 * What a subject may read: an administrator and a steward everything; everybody else what is their own, what agents own
 * that are theirs, what is shared with them, what is public, and what is for sale under terms that they accepted.
 */
export async function rightsOf({ store: { records } }: Context, subject: Subject): Promise<ReadRights> {
  if (readsEverything(subject)) return EVERYTHING
  const shares: Share[] = []
  for await (const { value } of listAllBy<Share>(records, 'shares', 'with', subject.id)) shares.push(value)
  const accepted = new Set<string>()
  for await (const { value } of listAllBy<Acceptance>(records, 'acceptances', 'subject', subject.id))
    accepted.add(value.capsule)
  const owners = await listSelves(records, subject.id)
  const opened: CapsuleReach = { ...sharedBy(shares), owners, licences: ['public'] }
  return {
    reach: { ...opened, ids: [...opened.ids, ...accepted] },
    mayRead: (capsule) => isWithin(opened, capsule) || isSold(capsule, accepted),
    may(deed, capsule) {
      if (owners.includes(capsule.owner)) return true
      return (deed === 'write' || deed === 'fork') && isWithin({ ...NOBODY, ...sharedBy(shares, deed) }, capsule)
    },
  }
}

const NOBODY: Pick<CapsuleReach, 'owners' | 'licences'> = { owners: [], licences: [] }

/** @param right the shares that give it; all of them let read. */
const sharedBy = (shares: readonly Share[], right?: ShareRight): Pick<CapsuleReach, 'ids' | 'namespaces'> => {
  const given = shares.filter((share) => right === undefined || share.right === right)
  return {
    ids: given.flatMap((share) => share.capsule ?? []),
    namespaces: given.flatMap((share) => share.namespace ?? []),
  }
}

/** Who accepted its terms reads it as long as it is for sale. */
const isSold = ({ id, document, licence }: CapsuleFacts, accepted: ReadonlySet<string>): boolean =>
  licence === 'for-sale' && (accepted.has(id) || (document !== null && accepted.has(document)))

/** The subject, and the agents that it answers for. */
export async function listSelves(records: Records, subject: string): Promise<readonly string[]> {
  const selves = [subject]
  for await (const { key } of listAllBy(records, 'subjects', 'owner', subject)) selves.push(key)
  return selves
}
