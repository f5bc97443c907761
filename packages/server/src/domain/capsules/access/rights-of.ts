import type { Subject } from '#identity'
import type { Records } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { type CapsuleReach, isWithin } from './capsule-reach.ts'
import { findOpened, isSold, type SharedRights } from './opened.ts'
import { EVERYTHING, type ReadRights } from './read-rights.ts'
import { listAllBy } from './share.ts'

type Context = Pick<CapsuleContext, 'store' | 'readPolicy' | 'clock'>

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

const NOTHING_SHARED: SharedRights = () => []

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

/** The subject, and the agents that it answers for. */
export async function listSelves(records: Records, subject: string): Promise<readonly string[]> {
  const selves = [subject]
  for await (const { key } of listAllBy(records, 'subjects', 'owner', subject)) selves.push(key)
  return selves
}
