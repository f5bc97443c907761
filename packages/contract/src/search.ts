import { z } from 'zod'
import {
  CAPSULE_STATUSES,
  CAPSULE_TYPES,
  capsule,
  embeddingInput,
  scopeName,
  tag,
  timestamp,
  trustScore,
  uuid,
} from './capsule.ts'
import { flag, many, wholeNumber } from './parameters.ts'

export const SEARCH_LIMITS = {
  queryLengthMax: 4000,
  limitDefault: 10,
  limitMax: 100,
  quotesMax: 20,
  tagsMax: 16,
  tokensMax: 1_000_000,
} as const
export const SEARCH_MODES = ['hybrid', 'lexical', 'vector'] as const
/** What can speak for or against a hit, by the kinds that configuration weighs. */
export const SEARCH_SIGNALS = [
  'passage',
  'neighbourhood',
  'document',
  'pairs',
  'speaker',
  'reply',
  'asks',
  'date',
  'time',
  'meaning',
  'surroundings',
  'near_words',
  'near_words_around',
  'near_reply',
  'graph',
] as const

/** What every search and question can be narrowed by. */
const filterMembers = {
  type: many(z.enum(CAPSULE_TYPES), CAPSULE_TYPES.length).optional(),
  tag: many(tag, SEARCH_LIMITS.tagsMax).optional().describe('All of them must be present.'),
  owner: z.string().min(1).max(200).optional().describe('Subject id or name.'),
  identity: scopeName.optional(),
  lane: scopeName.optional(),
  fold: scopeName.optional(),
  status: many(z.enum(CAPSULE_STATUSES), CAPSULE_STATUSES.length).optional().describe('ACTIVE alone when left out.'),
  min_trust: wholeNumber(0, 100).optional().describe('Least effective trust; 40 when left out.'),
  as_of: timestamp.optional().describe('What was valid then.'),
  known_at: timestamp.optional().describe('As it was recorded by then.'),
  min_sequence: wholeNumber(-1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The answer contains every change up to this `Cascade-Sequence`.'),
} as const

export const searchQuery = z.strictObject({
  q: z
    .string()
    .max(SEARCH_LIMITS.queryLengthMax)
    .optional()
    .describe('Words as a person types them; nothing in it is an operator.'),
  limit: wholeNumber(1, SEARCH_LIMITS.limitMax).default(SEARCH_LIMITS.limitDefault),
  explain: flag.default(false),
  max_tokens: wholeNumber(1, SEARCH_LIMITS.tokensMax)
    .optional()
    .describe('Hits whose texts together take about so many tokens (four characters each); the others are left out.'),
  ...filterMembers,
})

export const searchBody = searchQuery
  .extend({
    mode: z.enum(SEARCH_MODES).default('hybrid'),
    embedding: embeddingInput.optional().describe('The caller’s own vector, instead of one made from `q`.'),
    embedding_model: z.string().min(1).max(200).optional(),
    diversity: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('How much a hit loses by saying what a better one says; 0 when left out.'),
  })
  .meta({ id: 'SearchRequest' })
export type SearchRequest = z.infer<typeof searchBody>

const signalParts = z
  .object({
    lexical: z.number().describe('Words: what BM25 of the passage, its neighbourhood and its document adds.'),
    position: z.number().describe('Who said it, in reply to what, and when; below 0 for what asks itself.'),
    vector: z.number().describe('Meaning: what cosines of passages and of words add.'),
    graph: z.number().min(0).describe('Links: what nearness to other good hits adds.'),
    confidence: z.number().min(0).max(1).describe('Factor: how well the best hit of this search answers at all.'),
    trust: z.number().describe('Factor for trust, near 1.'),
    freshness: z.number().describe('Factor for age, near 1.'),
  })
  .meta({ id: 'Signals' })

const kindWeight = z.number().min(0)

const explanation = z.object({
  raw: z.object({
    lexical: z.number().nullable().describe('BM25 as computed, unbounded.'),
    vector: z.number().nullable().describe('Cosine similarity, -1 to 1.'),
    graph: z.number().nullable().describe('0-1.'),
  }),
  parts: z
    .partialRecord(z.enum(SEARCH_SIGNALS), z.object({ raw: z.number(), part: z.number() }))
    .describe('Each signal that had something to say: its value as computed, and what that adds to the score.'),
  weights: z
    .object({ lexical: kindWeight, position: kindWeight, vector: kindWeight, graph: kindWeight })
    .describe('Factors on the signals of each kind, as configured.'),
  matched_terms: z.array(z.string()),
  highlights: z
    .array(z.object({ start: z.int().min(0), end: z.int().min(0), text: z.string() }))
    .describe('Where the terms stand in the content, in UTF-16 units.'),
  sentence: z.string().describe('The score in words.'),
})

export const searchHit = z
  .object({
    capsule,
    score: z
      .number()
      .min(0)
      .describe(
        'Parts added, times the factors; never above the confidence by more than the factors for trust and age.',
      ),
    signals: signalParts,
    explain: explanation.optional(),
  })
  .meta({ id: 'SearchHit' })

export const searchAnswer = z
  .object({
    hits: z.array(searchHit),
    mode: z.enum(SEARCH_MODES),
    sequence: z.int().min(-1).describe('Every change up to this one was seen.'),
    notices: z.array(z.string()).describe('What limits this answer, such as an embedder that is away.'),
  })
  .meta({ id: 'SearchAnswer' })
export type SearchAnswer = z.infer<typeof searchAnswer>
export type SearchHit = z.infer<typeof searchHit>

export const askBody = z
  .strictObject({
    question: z
      .string()
      .max(SEARCH_LIMITS.queryLengthMax)
      .refine((text) => text.trim().length > 0, { error: 'must not be blank' }),
    quotes: z
      .int()
      .min(1)
      .max(SEARCH_LIMITS.quotesMax)
      .optional()
      .describe('How many quotes the answer is built from, at most.'),
    max_tokens: wholeNumber(1, SEARCH_LIMITS.tokensMax)
      .optional()
      .describe('Quotes that together take about so many tokens (four characters each); the others are left out.'),
    ...filterMembers,
  })
  .meta({ id: 'AskRequest' })
export type AskRequest = z.infer<typeof askBody>

export const citation = z
  .object({
    capsule_id: uuid,
    version: z.string(),
    title: z.string().nullable(),
    quote: z.string().describe('Verbatim: the content from `start` to `end`.'),
    start: z.int().min(0).describe('UTF-16 units from the beginning of the content of that version.'),
    end: z.int().min(0),
    trust: trustScore.describe('Effective trust now.'),
    valid_from: timestamp,
    age_days: z.number().min(0),
    where: z.string().nullable().describe('The source in words: file and lines, speaker and time, address.'),
    url: z.string().describe('Opens the passage: the version with `start` and `end`.'),
  })
  .meta({ id: 'Citation' })
export type Citation = z.infer<typeof citation>

export const askAnswer = z
  .object({
    answer: z.string().describe('Sentences with [n] marks; [1] is the first citation.'),
    mode: z.enum(['extractive']).describe('`extractive`: verbatim quotes, no language model.'),
    found: z.boolean().describe('False: nothing was found above the threshold, and the answer says so.'),
    citations: z.array(citation),
    conflicts: z.array(
      z.object({
        citations: z.array(z.int().min(1)).describe('Numbers of the citations that disagree.'),
        reason: z.string(),
      }),
    ),
    threshold: z.number().describe('Least score of a quote.'),
    sequence: z.int().min(-1),
    notices: z.array(z.string()),
    correlation_id: z.string(),
  })
  .meta({ id: 'AskAnswer' })
export type AskAnswer = z.infer<typeof askAnswer>
