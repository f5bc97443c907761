import type { SearchRequest } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Embedding, StoredCapsule } from '../capsule.ts'
import { CANDIDATES_PER_SIGNAL_MAX, type CandidateQuery, type CapsuleFilter } from '../capsule-store.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { parseEmbedding } from '../use-cases/vectors.ts'
import { type Boosts, boostsOf } from './boosts.ts'
import { toFilter } from './filter.ts'
import { fuse, type Ranked } from './fuse.ts'
import type { SearchSettings } from './search-settings.ts'

export interface SearchContext extends CapsuleContext {
  readonly search: SearchSettings
}

export interface Hit {
  readonly capsule: StoredCapsule
  /** The fused score times the boosts. */
  readonly score: number
  readonly ranked: Ranked
  readonly boosts: Boosts
}

export interface SearchResult {
  readonly hits: readonly Hit[]
  readonly mode: SearchRequest['mode']
  readonly sequence: number
  readonly notices: readonly string[]
}

/** Candidates per signal for each hit that is wanted, and at least so many: fusion needs some that only one signal likes. */
const CANDIDATES_PER_HIT = 4
const CANDIDATES_MIN = 50

/**
 * The capsules that fit best. Every signal brings up its candidates within the filter, their union is fused, and what is
 * returned was read after ranking, so that nothing is shown that changed out of the filter meanwhile.
 *
 * @throws CascadeError VALIDATION_FAILED without words and vector, EMBEDDING_MISMATCH, EMBEDDER_UNAVAILABLE in the mode
 * `vector`; in the mode `hybrid` an embedder that is away costs its signal and a notice.
 */
export async function searchCapsules(context: SearchContext, request: SearchRequest): Promise<SearchResult> {
  const notices: string[] = []
  const filter = await toFilter(request, context.subjects, context.search.minTrust)
  const text = request.q?.trim() ?? ''
  const embedding = await embeddingOf(context, request, text, notices)
  if (text === '' && embedding === undefined) throw nothingAsked(request.mode)
  if (!filter) return { hits: [], mode: request.mode, sequence: context.store.head(), notices }
  const perSignal = Math.min(CANDIDATES_PER_SIGNAL_MAX, Math.max(CANDIDATES_MIN, request.limit * CANDIDATES_PER_HIT))
  const query: CandidateQuery = {
    filter,
    perSignal,
    text: request.mode === 'vector' || text === '' ? undefined : text,
    embedding,
    minSequence: request.min_sequence,
  }
  const { candidates, sequence } = await context.store.capsules.candidates(query)
  if (candidates.length === 0 && request.embedding !== undefined && embedding)
    notices.push(...(await unknownSpace(context, embedding)))
  const hits = await hydrate(context, fuse(candidates, context.search.weights), filter, request.limit)
  return { hits, mode: request.mode, sequence, notices }
}

const nothingAsked = (mode: SearchRequest['mode']): CascadeError =>
  new CascadeError(
    'VALIDATION_FAILED',
    `A search in the mode ${mode} needs ${mode === 'lexical' ? '`q`' : '`q` or `embedding`'}.`,
    {
      errors: [{ pointer: '/q', code: 'required', message: 'words to search for' }],
    },
  )

async function embeddingOf(
  { embedder }: SearchContext,
  { mode, embedding, embedding_model }: SearchRequest,
  text: string,
  notices: string[],
): Promise<Embedding | undefined> {
  if (mode === 'lexical') return undefined
  if (embedding !== undefined) return parseEmbedding(embedding, embedding_model)
  if (text === '') return undefined
  try {
    const [vector] = await embedder.embed([text], 'query')
    return vector?.some((value) => value !== 0) ? { model: embedder.model, vector } : undefined
  } catch (error) {
    if (mode === 'vector' || !isCascadeError(error)) throw error
    notices.push(`Searched by words alone: ${error.detail}`)
    return undefined
  }
}

/** A caller who misspells the name of a model would otherwise look for the mistake among the filters. */
async function unknownSpace({ store }: SearchContext, { model }: Embedding): Promise<readonly string[]> {
  const { byEmbeddingModel } = await store.capsules.counts()
  return byEmbeddingModel[model] === undefined ? [`No capsule has a vector of the model "${model}".`] : []
}

/** Reads ranked candidates until enough of them still pass the filter. */
async function hydrate(
  context: SearchContext,
  ranked: readonly Ranked[],
  filter: CapsuleFilter,
  limit: number,
): Promise<readonly Hit[]> {
  const hits: Hit[] = []
  const now = context.clock()
  const boosted = boost(ranked, context.search, now)
  for (let from = 0; from < boosted.length && hits.length < limit; ) {
    const slice = boosted.slice(from, from + limit - hits.length)
    from += slice.length
    const capsules = await context.store.capsules.hydrate(
      slice.map(({ candidate }) => candidate),
      filter,
    )
    const byId = new Map(capsules.map((capsule) => [capsule.id, capsule]))
    for (const one of slice) {
      const capsule = byId.get(one.candidate.id)
      if (capsule) hits.push(toHit(context, one, capsule, now))
    }
  }
  return hits.toSorted((a, b) => b.score - a.score || (a.capsule.id < b.capsule.id ? -1 : 1))
}

/** In the order of their scores with boosts. */
function boost(ranked: readonly Ranked[], search: SearchSettings, now: number): readonly Ranked[] {
  const scored = ranked.map((one) => {
    const { trust, freshness } = boostsOf(one.candidate, search, now)
    return { one, score: one.score * trust * freshness }
  })
  return scored
    .sort((a, b) => b.score - a.score || (a.one.candidate.id < b.one.candidate.id ? -1 : 1))
    .map(({ one }) => one)
}

function toHit({ search }: SearchContext, ranked: Ranked, capsule: StoredCapsule, now: number): Hit {
  const boosts = boostsOf(capsule, search, now)
  return { capsule, ranked, boosts, score: ranked.score * boosts.trust * boosts.freshness }
}
