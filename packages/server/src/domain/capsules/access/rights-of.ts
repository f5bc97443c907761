import { SHARE_RIGHTS, type ShareRight } from '@forge-cascade/contract'
import type { Subject } from '#identity'
import type { Records } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { type CapsuleFacts, type CapsuleReach, isWithin } from './capsule-reach.ts'
import { EVERYTHING, type ReadRights } from './read-rights.ts'
import { type Acceptance, listAllBy, type Share } from './share.ts'

type Context = Pick<CapsuleContext, 'store' | 'readPolicy'>

/** Roles that look after the knowledge of all. */
const READ_EVERYTHING: ReadonlySet<string> = new Set(['administrator', 'steward'])

export const readsEverything = ({ roles }: Subject): boolean => roles.some((role) => READ_EVERYTHING.has(role))

/**
 * What a subject may read: an administrator and a steward everything; everybody else what is their own, what agents own
 * that are theirs, what is shared with them, what is public, and what is for sale under terms that they accepted. Policies may
 * narrow it.
 */
export async function rightsOf(context: Context, subject: Subject): Promise<ReadRights> {
  if (readsEverything(subject)) return narrowed(context, subject, EVERYTHING, NOTHING_SHARED)
  const { records } = context.store
  const opened = await findOpened(context, subject)
  const owners = await listSelves(records, subject.id)
  const reach: CapsuleReach = { ...opened.reach, owners, licences: ['public'] }
  const rights: ReadRights = {
    reach: { ...reach, ids: [...reach.ids, ...opened.accepted] },
    isWhole: false,
    mayRead: (capsule) => isWithin(reach, capsule) || isSold(capsule, opened.accepted),
    may(deed, capsule) {
      if (owners.includes(capsule.owner)) return true
      return (deed === 'write' || deed === 'fork') && opened.shared(capsule).includes(deed)
    },
  }
  return narrowed(context, subject, rights, opened.shared)
}

/** Rights to a capsule that others gave a subject, and what it bought. */
export async function sharedWith(context: Context, subject: Subject): Promise<SharedRights> {
  return readsEverything(subject) ? NOTHING_SHARED : (await findOpened(context, subject)).shared
}

type SharedRights = (capsule: CapsuleFacts) => readonly ShareRight[]
const NOTHING_SHARED: SharedRights = () => []

interface Opened {
  readonly reach: Pick<CapsuleReach, 'ids' | 'namespaces'>
  readonly accepted: ReadonlySet<string>
  readonly shared: SharedRights
}

async function findOpened({ store: { records } }: Context, subject: Subject): Promise<Opened> {
  const shares: Share[] = []
  for await (const { value } of listAllBy<Share>(records, 'shares', 'with', subject.id)) shares.push(value)
  const accepted = new Set<string>()
  for await (const { value } of listAllBy<Acceptance>(records, 'acceptances', 'subject', subject.id))
    accepted.add(value.capsule)
  const byRight = SHARE_RIGHTS.map((right) => ({ right, reach: { ...NOBODY, ...sharedBy(shares, right) } }))
  const shared: SharedRights = (capsule) => {
    const rights = byRight.filter(({ reach }) => isWithin(reach, capsule)).map(({ right }) => right)
    return isSold(capsule, accepted) && !rights.includes('read') ? [...rights, 'read'] : rights
  }
  return { reach: sharedBy(shares), accepted, shared }
}

function narrowed({ readPolicy }: Context, subject: Subject, rights: ReadRights, shared: SharedRights): ReadRights {
  if (readPolicy === undefined || !readPolicy.narrows(subject)) return rights
  return {
    ...rights,
    isWhole: false,
    prepare: (owners) => readPolicy.prepare(owners),
    mayRead: (capsule) => rights.mayRead(capsule) && readPolicy.mayRead(subject, capsule, shared(capsule)),
    may: (deed, capsule) => rights.may(deed, capsule),
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
