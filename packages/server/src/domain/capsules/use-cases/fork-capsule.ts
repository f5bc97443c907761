import type { CapsuleCreate, CapsuleFork } from '@forge-cascade/contract'
import type { StoredCapsule } from '../capsule.ts'
import { diffFields } from '../text/field-diff.ts'
import type { Call, CapsuleContext } from './context.ts'
import { type Created, createCapsule } from './create-capsules.ts'
import { getCapsule, getVersion } from './read-capsule.ts'

/**
 * Makes a child of a capsule that starts with what its parent says and has a life of its own. The edge to the parent
 * carries the reason and the difference.
 *
 * @throws CascadeError NOT_FOUND, ERASED, UNPROCESSABLE as for a create.
 */
export async function forkCapsule(
  context: CapsuleContext,
  call: Call<'capsule.create'>,
  id: string,
  { reason, version, ...changes }: CapsuleFork,
): Promise<Created> {
  const parent = version === undefined ? await getCapsule(context, id) : await getVersion(context, id, version)
  const child = { ...inherited(parent), ...withoutNulls(changes) }
  const difference = diffFields(inherited(parent), child)
  const edge = {
    id,
    version: parent.version,
    reason,
    ...(difference.length > 0 ? { changes: toJson(difference) } : {}),
  }
  return createCapsule(context, call, { ...child, parents: [edge], dedupe: 'none' })
}

/** What a child has from its parent. Source and validity are the child's own. */
function inherited(parent: StoredCapsule): CapsuleCreate {
  return {
    content: parent.content,
    type: parent.type,
    title: parent.title,
    tags: [...parent.tags],
    category: parent.category,
    licence: parent.licence,
    licence_terms: parent.licenceTerms,
    identity: parent.identity,
    lane: parent.lane,
    fold: parent.fold,
    metadata: toJson(parent.metadata) as CapsuleCreate['metadata'], // stored metadata was parsed by the same schema
  }
}

const withoutNulls = (changes: object): Partial<CapsuleCreate> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))

/** A value as JSON would bring it back. */
const toJson = (value: unknown) => JSON.parse(JSON.stringify(value))
