import type { Tombstone } from '@forge-cascade/contract'
import type { CapsuleContext } from './context.ts'

/** Neighbours in the lineage that a tombstone names, at most. */
const NEIGHBOURS_MAX = 1000

/** What is left of an erased capsule: when and on what ground it went, and its place in the lineage. Undefined for any other. */
export async function findTombstone(
  { store }: Pick<CapsuleContext, 'store'>,
  id: string,
): Promise<(Tombstone & { readonly erasure: string | undefined }) | undefined> {
  const [told] = await store.ledger.list({ type: 'capsule.erased', subject: `capsule/${id}` }, { limit: 1 })
  if (!told) return undefined
  const { leaf } = told
  const near = { depthMax: 1, nodesMax: NEIGHBOURS_MAX }
  const parents = await store.capsules.lineage(id, { direction: 'ancestors', ...near })
  const children = await store.capsules.lineage(id, { direction: 'descendants', ...near })
  const next = (nodes: NonNullable<typeof parents>['nodes'] = []): string[] =>
    nodes.filter(({ depth }) => depth === 1).map((node) => node.id)
  return {
    capsule_id: id,
    erased_at: leaf.time,
    legal_basis: String(leaf.payload.legal_basis),
    sequence: leaf.index,
    parents: next(parents?.nodes),
    children: next(children?.nodes),
    erasure: typeof leaf.payload.erasure === 'string' ? leaf.payload.erasure : undefined,
  }
}
