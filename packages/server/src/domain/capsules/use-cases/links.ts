import type { LinkKind } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Link } from '../capsule.ts'
import type { Call, CapsuleContext } from './context.ts'
import { getCapsule } from './read-capsule.ts'
import { tell } from './tell.ts'

/** Connects two capsules. `created` is false when the link was there. */
export async function addLink(
  context: CapsuleContext,
  call: Call<'capsule.link'>,
  id: string,
  { to, kind }: { readonly to: string; readonly kind: LinkKind },
): Promise<{ readonly link: Link; readonly created: boolean }> {
  if (id === to) throw new CascadeError('UNPROCESSABLE', 'A capsule cannot be linked to itself.')
  await getCapsule(context, id)
  const target = await context.store.capsules.getHeads([to])
  if (target[0] === undefined || target[0].status === 'ERASED')
    throw new CascadeError('UNPROCESSABLE', `No capsule has the id ${to}.`)
  const there = await findLink(context, id, to, kind)
  if (there) return { link: there, created: false }
  await append(
    context,
    call,
    context.store.capsules.link(call.grant, id, to, kind),
    tell(call.grant, 'capsule.linked', id, { to, kind }),
  )
  const link = await findLink(context, id, to, kind)
  if (!link) throw new CascadeError('CONFLICT', `The link from ${id} to ${to} was removed again at once.`)
  return { link, created: true }
}

/** Disconnects two capsules; a link that is not there is as good as removed. */
export async function removeLink(
  context: CapsuleContext,
  call: Call<'capsule.link'>,
  id: string,
  { to, kind }: { readonly to: string; readonly kind: LinkKind },
): Promise<void> {
  await getCapsule(context, id)
  if (!(await findLink(context, id, to, kind))) return
  await append(
    context,
    call,
    context.store.capsules.unlink(call.grant, id, to, kind),
    tell(call.grant, 'capsule.unlinked', id, { to, kind }),
  )
}

async function findLink(
  { store }: CapsuleContext,
  from: string,
  to: string,
  kind: LinkKind,
): Promise<Link | undefined> {
  return (await store.capsules.links(from, [kind])).find((link) => link.from === from && link.to === to)
}

async function append(
  { store }: CapsuleContext,
  { command, grant }: Call,
  change: Parameters<typeof store.append>[0][number]['changes'][number],
  telling: ReturnType<typeof tell>,
): Promise<void> {
  const [outcome] = await store.append([{ ...command, grant, changes: [change], ...telling }])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a link.')
}
