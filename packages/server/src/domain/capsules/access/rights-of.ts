import type { Subject } from '#identity'
import type { Records } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { type CapsuleReach, isWithin } from './capsule-reach.ts'
import { EVERYTHING, type ReadRights } from './read-rights.ts'

type Context = Pick<CapsuleContext, 'store'>

/** Roles that look after the knowledge of all. */
const READ_EVERYTHING: ReadonlySet<string> = new Set(['administrator', 'steward'])

export const readsEverything = ({ roles }: Subject): boolean => roles.some((role) => READ_EVERYTHING.has(role))

/**
 * What a subject may read: an administrator and a steward everything; everybody else what is their own, what agents own
 * that are theirs, and what is public.
 */
export async function rightsOf({ store }: Context, subject: Subject): Promise<ReadRights> {
  if (readsEverything(subject)) return EVERYTHING
  const reach: CapsuleReach = {
    owners: await listSelves(store.records, subject.id),
    ids: [],
    namespaces: [],
    licences: ['public'],
  }
  return { reach, mayRead: (capsule) => isWithin(reach, capsule) }
}

const AGENTS_PER_PAGE = 1000

/** The subject, and the agents that it answers for. */
export async function listSelves(records: Records, subject: string): Promise<readonly string[]> {
  const selves = [subject]
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = { limit: AGENTS_PER_PAGE, ...(after !== undefined && { after }) }
    const { items, next } = await records.listBy('subjects', 'owner', subject, page)
    selves.push(...items.map(({ key }) => key))
    after = next
  }
  return selves
}
