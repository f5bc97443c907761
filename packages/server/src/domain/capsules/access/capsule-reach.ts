import type { StoredCapsule } from '../capsule.ts'

/** What it depends on who may read a capsule: its head decides about all its versions. */
export type CapsuleFacts = Pick<
  StoredCapsule,
  'id' | 'owner' | 'identity' | 'lane' | 'fold' | 'licence' | 'type' | 'tags' | 'effectiveTrust' | 'status'
> & {
  /** The document that it is a chunk of. */
  readonly document: string | null
}

/** Capsules of a scope: all that is named must match, and where nothing is named there are none. */
export interface Namespace {
  /** Id of a subject: of what is its own alone. */
  readonly owner?: string | undefined
  readonly identity?: string | undefined
  readonly lane?: string | undefined
  readonly fold?: string | undefined
}

/** What the indexes can narrow by: a capsule is within when any of these holds. */
export interface CapsuleReach {
  /** Ids of the subjects whose capsules are within. */
  readonly owners: readonly string[]
  /** These capsules, and the chunks of those that are documents. */
  readonly ids: readonly string[]
  readonly namespaces: readonly Namespace[]
  readonly licences: readonly 'public'[]
}

const NAMESPACE_MEMBERS = ['owner', 'identity', 'lane', 'fold'] as const

const isInNamespace = (namespace: Namespace, capsule: Pick<CapsuleFacts, keyof Namespace>): boolean => {
  const named = NAMESPACE_MEMBERS.filter((member) => namespace[member] !== undefined)
  return named.length > 0 && named.every((member) => capsule[member] === namespace[member])
}

type Reached = Pick<CapsuleFacts, 'id' | 'document' | 'licence' | keyof Namespace>

export const isWithin = ({ owners, ids, namespaces, licences }: CapsuleReach, capsule: Reached): boolean =>
  owners.includes(capsule.owner) ||
  ids.includes(capsule.id) ||
  (capsule.document !== null && ids.includes(capsule.document)) ||
  namespaces.some((namespace) => isInNamespace(namespace, capsule)) ||
  licences.some((licence) => licence === capsule.licence)

/** Of a head. */
export const factsOf = ({ partOf, ...capsule }: StoredCapsule): CapsuleFacts => ({
  ...capsule,
  document: partOf?.id ?? null,
})
