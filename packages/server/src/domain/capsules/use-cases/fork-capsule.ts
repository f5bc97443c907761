import type { CapsuleCreate, CapsuleFork } from '@forge-cascade/contract'
import { requireRight } from '../access/read-rights.ts'
import type { StoredCapsule } from '../capsule.ts'
import { diffFields } from '../text/field-diff.ts'
import type { Call, CapsuleContext } from './context.ts'
import { type Created, createCapsule } from './create-capsules.ts'
import { embeddedText } from './draft.ts'
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
  requireRight(context.rights, 'fork', parent)
  const child = { ...inherited(parent), ...withoutNulls(changes) }
  const difference = diffFields(inherited(parent), child)
  const edge = {
    id,
    version: parent.version,
    reason,
    ...(difference.length > 0 ? { changes: toJson(difference) } : {}),
  }
  const vector = child.embedding === undefined ? await inheritedVector(context, parent, child) : {}
  return createCapsule(context, call, { ...child, ...vector, parents: [edge], dedupe: 'none' })
}

/** The same text keeps the vector it was given: the child is found where its parent is. */
async function inheritedVector(
  { store }: CapsuleContext,
  parent: StoredCapsule,
  { title = null, content }: CapsuleCreate,
): Promise<Pick<CapsuleCreate, 'embedding' | 'embedding_model'>> {
  if (embeddedText(parent) !== embeddedText({ title, content })) return {}
  const found = await store.capsules.findEmbedding(parent.id, parent.version)
  return found ? { embedding: [...found.vector], embedding_model: found.model } : {}
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
