import type { SearchRequest } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Embedding } from '../capsule.ts'
import { CANDIDATES_PER_SIGNAL_MAX, type CandidateQuery, type CapsuleFilter } from '../capsule-store.ts'
import type { EmbeddingOrigin, Sight } from '../embedding/index.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { parseEmbedding } from '../use-cases/vectors.ts'
import { toFilter } from './filter.ts'
import { inFirstPerson, type NamedSpeaker, namesIn, type Question, readQuestion } from './question.ts'
import type { Hit } from './rank.ts'
import type { SearchSettings } from './search-settings.ts'
import { withinBudget } from './token-budget.ts'

export interface SearchContext extends CapsuleContext {
  readonly search: SearchSettings
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
 * The capsules that fit best. Every signal brings up its candidates within the filter, their union is fused and boosted,
 * and the best are read: all of it from one state of the store, so that nothing is shown that does not pass the filter. What
 * holds none of the words and has no score is no hit.
 *
 * @param origin who asks, for who chooses among providers of the model.
 * @throws CascadeError VALIDATION_FAILED without words and vector, EMBEDDING_MISMATCH, EMBEDDER_UNAVAILABLE in the mode
 * `vector`; in the mode `hybrid` an embedder that is away costs its signal and a notice.
 */
export async function searchCapsules(
  context: SearchContext,
  request: SearchRequest,
  origin?: EmbeddingOrigin,
): Promise<SearchResult> {
  const notices: string[] = []
  const { mode, limit } = request
  const filter = await toFilter(request, context.subjects, context.search.minTrust)
  const text = request.q?.trim() ?? ''
  const named = filter ? await speakersIn(context, filter, text) : []
  const embedding = await embeddingOf(context, request, inFirstPerson(text, named), notices, origin)
  if (text === '' && embedding === undefined) throw nothingAsked(mode)
  if (!filter) return { hits: [], mode, sequence: context.store.head(), notices }
  const question = readQuestion(mode === 'vector' ? '' : text, named)
  const perSignal = Math.min(CANDIDATES_PER_SIGNAL_MAX, Math.max(CANDIDATES_MIN, limit * CANDIDATES_PER_HIT))
  const query: CandidateQuery = {
    filter,
    perSignal,
    text: question.words === '' ? undefined : question.words,
    embedding,
    minSequence: request.min_sequence,
  }
  const { weights, without, trustBoost, freshnessBoost } = context.search
  const boosts = { trustBoost, freshnessBoost, now: context.clock() }
  const sees = sightOf(context, embedding)
  const ranking = { question, sees, weights, without, ...boosts, limit, diversity: request.diversity ?? 0 }
  const { hits, sequence, isModelKnown } = await context.store.capsules.search(query, ranking)
  // The model was changed since the question was embedded: what it was asked in is not there any more.
  const isOvertaken = embedding !== undefined && request.embedding === undefined && embedding.model !== modelOf(context)
  if (isOvertaken) return searchCapsules(context, request, origin)
  // A caller who misspells the name of a model would otherwise look for the mistake among the filters.
  if (hits.length === 0 && request.embedding !== undefined && !isModelKnown)
    notices.push(`No capsule has a vector of the model "${embedding?.model}".`)
  const shown = withinBudget(metBy(question, hits), textOfHit, request.max_tokens)
  return { hits: shown.fitting, mode, sequence, notices: [...notices, ...shown.notices] }
}

/**
 * Words that meet nothing find nothing, neither as they are written nor by what they mean; a vector alone asks for its
 * neighbours, however far they are.
 */
const metBy = ({ words }: Question, hits: readonly Hit[]): readonly Hit[] =>
  words === '' ? hits : hits.filter(({ score, candidate }) => score > 0 || candidate.signals.lexical !== undefined)

const textOfHit = ({ capsule: { title, content } }: Hit): string => `${title ?? ''}${content}`

/** Whom the question names of those who speak in what is searched. Most questions hold no name and are not looked up. */
async function speakersIn(
  { store }: SearchContext,
  filter: CapsuleFilter,
  text: string,
): Promise<readonly NamedSpeaker[]> {
  const names = namesIn(text)
  return names.length === 0 ? [] : store.capsules.findSpeakers(filter, names)
}

/** Read anew each time: a change of the model ends while questions are under way. */
const modelOf = ({ embedder }: SearchContext): string => embedder.model

/** What vectors see that a caller brings along is known when they are of the store's own model. */
function sightOf({ embedder }: SearchContext, embedding: Embedding | undefined): Sight {
  if (!embedding) return 'words'
  return embedding.model === embedder.model ? embedder.sees : 'sentences'
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
  { mode, embedding, embedding_model, lane }: SearchRequest,
  text: string,
  notices: string[],
  origin?: EmbeddingOrigin,
): Promise<Embedding | undefined> {
  if (mode === 'lexical') return undefined
  if (embedding !== undefined) return parseEmbedding(embedding, embedding_model)
  if (text === '') return undefined
  try {
    const [vector] = await embedder.embed([text], 'query', undefined, { ...origin, ...(lane && { lane }) })
    return vector?.some((value) => value !== 0) ? { model: embedder.model, vector } : undefined
  } catch (error) {
    if (mode === 'vector' || !isCascadeError(error)) throw error
    notices.push(`Searched by words alone: ${error.detail}`)
    return undefined
  }
}
