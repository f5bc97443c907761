import type { LinkKind } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { requireRight } from '../access/read-rights.ts'
import type { Link } from '../capsule.ts'
import { carryOut, findFirst, keepKey } from './carry-out.ts'
import type { Call, CapsuleContext } from './context.ts'
import { getCapsule } from './read-capsule.ts'
import { tell } from './tell.ts'

interface LinkEnd {
  readonly to: string
  readonly kind: LinkKind
}

/** Connects two capsules. `created` is false when the link was there. */
export async function addLink(
  context: CapsuleContext,
  call: Call<'capsule.link'>,
  id: string,
  { to, kind }: LinkEnd,
): Promise<{ readonly link: Link; readonly created: boolean }> {
  const first = await findFirst(context, call)
  // A receipt that names no capsule is of a call that found the link.
  const created = first ? first.id !== null : await connect(context, call, id, { to, kind })
  const link = await findLink(context, id, to, kind)
  if (link) return { link, created }
  throw new CascadeError('CONFLICT', `The link from ${id} to ${to} has been removed since.`)
}

/** @returns false when there was nothing to do. */
async function connect(
  context: CapsuleContext,
  call: Call<'capsule.link'>,
  id: string,
  { to, kind }: LinkEnd,
): Promise<boolean> {
  if (id === to) throw new CascadeError('UNPROCESSABLE', 'A capsule cannot be linked to itself.')
  requireRight(context.rights, 'write', await getCapsule(context, id))
  const [target] = await context.store.capsules.getHeads([to])
  if (!target || target.status === 'ERASED') throw new CascadeError('UNPROCESSABLE', `No capsule has the id ${to}.`)
  if (await findLink(context, id, to, kind)) {
    await keepKey(context, call)
    return false
  }
  const changes = [context.store.capsules.link(call.grant, id, to, kind)]
  await carryOut(context, call, { changes, ...tell(call.grant, 'capsule.linked', id, { to, kind }) })
  return true
}

/** Disconnects two capsules; a link that is not there is as good as removed. */
export async function removeLink(
  context: CapsuleContext,
  call: Call<'capsule.link'>,
  id: string,
  { to, kind }: LinkEnd,
): Promise<void> {
  requireRight(context.rights, 'write', await getCapsule(context, id))
  if (!(await findLink(context, id, to, kind))) return
  const changes = [context.store.capsules.unlink(call.grant, id, to, kind)]
  await carryOut(context, call, { changes, ...tell(call.grant, 'capsule.unlinked', id, { to, kind }) })
}

async function findLink(
  { store }: CapsuleContext,
  from: string,
  to: string,
  kind: LinkKind,
): Promise<Link | undefined> {
  return (await store.capsules.links(from, [kind])).find((link) => link.from === from && link.to === to)
}
