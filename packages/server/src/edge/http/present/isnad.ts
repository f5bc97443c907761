import {
  explainTrust,
  getCapsule,
  getLineage,
  getVersion,
  type LineageEdge,
  namedBySource,
  orderByLineage,
  type StoredCapsule,
  type TrustExplanation,
  type VersionSummary,
} from '#capsules'
import type { HandlerContext } from '../handlers/handler-context.ts'

type Context = HandlerContext['capsules']

/** One capsule in the chain of sources, and how the chain comes to it. */
export interface IsnadLink {
  /** Steps from the capsule that is shown. */
  readonly depth: number
  readonly capsule: StoredCapsule
  /** Whose words it holds, by its source or by its author. */
  readonly by: string
  /** Edges that lead here from what is nearer. */
  readonly edges: readonly LineageEdge[]
}

/** What a page about one capsule tells. */
export interface Isnad {
  readonly capsule: StoredCapsule
  readonly by: string
  readonly owner: string
  readonly trust: TrustExplanation
  /** Newest first. */
  readonly versions: readonly VersionSummary[]
  readonly hasMoreVersions: boolean
  /** The origins last; without the capsule itself. */
  readonly chain: readonly IsnadLink[]
  readonly isChainCut: boolean
  readonly names: ReadonlyMap<string, string>
}

const VERSIONS_SHOWN_MAX = 100
const CHAIN_SHOWN_MAX = 200

/** Reads what a page tells. @throws CascadeError NOT_FOUND, ERASED. */
export async function readIsnad(context: Context, id: string, version?: string): Promise<Isnad> {
  const { store, subjects } = context
  const head = await getCapsule(context, id)
  const capsule = version === undefined ? head : await getVersion(context, id, version)
  const { items, next } = await store.capsules.listVersions(id, { limit: VERSIONS_SHOWN_MAX })
  const lineage = await getLineage(context, id, { direction: 'ancestors', limit: CHAIN_SHOWN_MAX })
  const trust = await explainTrust(context, id)
  const depths = new Map(lineage.nodes.map((node) => [node.id, node.depth]))
  const sources = await store.capsules.getHeads([...depths.keys()].filter((each) => each !== id))
  const actors = trust.history.map(({ actor }) => actor)
  const names = await subjects.names([
    ...[capsule, ...sources].flatMap(({ owner, author }) => [owner, author]),
    ...[...items.map(({ author }) => author), ...actors],
  ])
  return {
    capsule,
    by: nameOf(capsule, names),
    owner: names.get(capsule.owner) ?? capsule.owner,
    trust,
    versions: items,
    hasMoreVersions: next !== undefined,
    chain: inOrder(sources, lineage.edges).map((source) => ({
      capsule: source,
      depth: depths.get(source.id) ?? 1,
      by: nameOf(source, names),
      edges: lineage.edges.filter(({ parent }) => parent === source.id),
    })),
    isChainCut: lineage.truncated,
    names,
  }
}

/** What was derived stands before what it was derived from, so that the origins are last. */
function inOrder(sources: readonly StoredCapsule[], edges: readonly LineageEdge[]): readonly StoredCapsule[] {
  const parents = Map.groupBy(edges, ({ child }) => child)
  const byId = new Map(sources.map((source) => [source.id, source]))
  const { ids } = orderByLineage([...byId.keys()], (id) => (parents.get(id) ?? []).map(({ parent }) => parent))
  return ids.toReversed().flatMap((id) => byId.get(id) ?? [])
}

export const nameOf = (
  { source, author }: Pick<VersionSummary, 'source' | 'author'>,
  names: ReadonlyMap<string, string>,
): string => namedBySource(source) ?? names.get(author) ?? author
