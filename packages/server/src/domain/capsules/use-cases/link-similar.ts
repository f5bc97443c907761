import { CascadeError, sha256Hex } from '#base'
import type { Grant } from '#store'
import type { CapsuleContext } from './context.ts'
import { tellOf } from './tell.ts'

/** Cosine from which two capsules are linked as similar in meaning. */
const SIMILAR_MIN = 0.92
const NEIGHBOURS_MAX = 5
/** Each costs a search, and steps follow each other every second while nobody writes: a tenth of one core at 100,000. */
const LEAVES_PER_STEP = 25
const CREATED = /^capsule\.(?:created|versioned)$/

/** How far the linking has come, kept so that a restart goes on from there. */
export const SIMILARITY_COLLECTION = { name: 'maintenance', indexes: [] } as const
const WATERMARK_KEY = 'similar-links'

interface Watermark {
  readonly sequence: number
}

type Context = Pick<CapsuleContext, 'store' | 'newId'>

/**
 * Follows the log and links each new or changed capsule to those whose vectors are nearest in meaning. Does a bounded
 * step and says whether there is more to do.
 */
export async function linkSimilarStep(
  { store, newId }: Context,
  grant: () => Grant<'system.maintain'>,
): Promise<boolean> {
  const watermark = await store.records.find<Watermark>(SIMILARITY_COLLECTION.name, WATERMARK_KEY)
  const from = watermark?.value.sequence ?? -1
  const entries = await store.changesSince(from, LEAVES_PER_STEP)
  const last = entries.at(-1)
  if (!last) return false
  const ids = entries
    .filter(({ leaf }) => CREATED.test(leaf.type))
    .map(({ leaf }) => leaf.subject.slice('capsule/'.length))
  // Its own leaves are followed too, so a step that brings nothing new writes nothing, or it would feed itself for ever.
  const links = onceEach(await linksOf(store, new Set(ids)))
  if (links.length === 0 && ids.length === 0 && entries.length < LEAVES_PER_STEP) return false
  const one = grant()
  const [outcome] = await store.append([
    {
      id: sha256Hex(`similar:${newId()}`).slice(0, 32),
      grant: one,
      changes: [
        ...links.map(({ from: a, to, weight }) => store.capsules.link(one, a, to, 'SIMILAR_TO', weight)),
        store.records.put(
          one,
          SIMILARITY_COLLECTION.name,
          WATERMARK_KEY,
          { sequence: last.sequence },
          { expectedRevision: watermark?.revision ?? 0 },
        ),
      ],
      ...tellOf(one, 'capsule.similar_linked', 'capsule/*', { links: links.length, up_to: last.sequence }),
    },
  ])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to the linking.')
  return true
}

interface SimilarLink {
  readonly from: string
  readonly to: string
  readonly weight: number
}

/** One after another: side by side they would stand in the readers' queue before those who wait for an answer. */
async function linksOf(store: Context['store'], ids: ReadonlySet<string>): Promise<readonly SimilarLink[]> {
  const links: SimilarLink[] = []
  for (const id of ids) links.push(...(await similarTo(store, id)))
  return links
}

/** Two capsules that found each other are linked once. */
function onceEach(links: readonly SimilarLink[]): readonly SimilarLink[] {
  const pairs = new Map(links.map((link) => [[link.from, link.to].toSorted().join(' '), link]))
  return [...pairs.values()]
}

async function similarTo({ capsules }: Context['store'], id: string): Promise<readonly SimilarLink[]> {
  const [head] = await capsules.getHeads([id])
  if (head?.status !== 'ACTIVE') return []
  const embedding = await capsules.findEmbedding(id, head.version)
  if (!embedding) return []
  const { candidates } = await capsules.candidates({ embedding, filter: {}, perSignal: NEIGHBOURS_MAX + 1 })
  return candidates
    .filter((candidate) => candidate.id !== id && (candidate.signals.vector ?? 0) >= SIMILAR_MIN)
    .map((candidate) => ({ from: id, to: candidate.id, weight: Math.min(1, candidate.signals.vector ?? 0) }))
}
