import { CAPSULE_LIMITS, LINEAGE_LIMITS, SEARCH_LIMITS } from '@forge-cascade/contract'
import { QUOTE_LENGTH_MAX, SENTENCES_PER_HIT_MAX } from '../../packages/server/src/domain/capsules/ask/passage.ts'
import { WHOLE_LENGTH_MAX } from '../../packages/server/src/domain/capsules/ask/places.ts'
import { SCOPES_COUNTED_MAX } from '../../packages/server/src/domain/capsules/capsule-counts.ts'
import { NEAR_DUPLICATES_MAX, VERSIONS_READ_MAX } from '../../packages/server/src/domain/capsules/capsule-store.ts'
import { CONTENT_SCANNED_MAX, HIGHLIGHTS_MAX } from '../../packages/server/src/domain/capsules/search/highlight.ts'
import { QUERY_TERMS_MAX } from '../../packages/server/src/domain/capsules/text/index-terms.ts'
import { NUMBER_MAX } from '../../packages/server/src/domain/capsules/text/semver.ts'
import { EDITS_MAX } from '../../packages/server/src/domain/capsules/text/shortest-edit.ts'
import { ROUNDS_MAX } from '../../packages/server/src/domain/capsules/use-cases/carry-out.ts'
import { HISTORY_MAX } from '../../packages/server/src/domain/capsules/use-cases/explain-trust.ts'
import type { Limits } from './limit.ts'
import { configured } from './request-limits.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const
const capsule = (what: string, value: number, unit: 'bytes' | 'characters' | 'items' | 'dimensions') =>
  ({ what, value, unit, beyond: invalid }) as const

/** What a capsule may hold, and what one may ask about capsules. */
export const CAPSULE_ROWS = {
  content: capsule('Content of a capsule, UTF-8', CAPSULE_LIMITS.contentBytesMax, 'bytes'),
  metadata: capsule('Metadata of a capsule, as JSON', CAPSULE_LIMITS.metadataBytesMax, 'bytes'),
  source: capsule('Source of a capsule, as JSON', CAPSULE_LIMITS.sourceBytesMax, 'bytes'),
  title: capsule('Title', CAPSULE_LIMITS.titleLengthMax, 'characters'),
  tags: capsule('Tags of a capsule', CAPSULE_LIMITS.tagsMax, 'items'),
  tag: capsule('A tag', CAPSULE_LIMITS.tagLengthMax, 'characters'),
  category: capsule('Category', CAPSULE_LIMITS.categoryLengthMax, 'characters'),
  scope: capsule('Identity, lane and fold', CAPSULE_LIMITS.scopeLengthMax, 'characters'),
  owner: capsule('Name of an owner', CAPSULE_LIMITS.ownerLengthMax, 'characters'),
  parents: capsule('Parents of a version', CAPSULE_LIMITS.parentsMax, 'items'),
  reason: capsule('A reason', CAPSULE_LIMITS.reasonLengthMax, 'characters'),
  licenceTerms: capsule('Terms of a licence', CAPSULE_LIMITS.licenceTermsLengthMax, 'characters'),
  embedding: capsule('An embedding', CAPSULE_LIMITS.embeddingDimensionsMax, 'dimensions'),
  embeddingModel: capsule('Name of an embedding model', CAPSULE_LIMITS.embeddingModelLengthMax, 'characters'),
  query: capsule('Words to search for', SEARCH_LIMITS.queryLengthMax, 'characters'),
  question: capsule('A question', SEARCH_LIMITS.queryLengthMax, 'characters'),
  hits: capsule('Hits of a search', SEARCH_LIMITS.limitMax, 'items'),
  filterTags: capsule('Tags that a search filters by', SEARCH_LIMITS.tagsMax, 'items'),
  quotes: capsule('Quotes that an answer is asked for', SEARCH_LIMITS.quotesMax, 'items'),
  tokens: capsule('Tokens that hits or quotes may take together', SEARCH_LIMITS.tokensMax, 'items'),
  searchTime: {
    what: 'Time of a search',
    ...configured('search.deadline_ms'),
    unit: 'ms',
    beyond: { error: 'DEADLINE_EXCEEDED' },
  },
  queryTerms: {
    what: 'Distinct words of a search',
    value: QUERY_TERMS_MAX,
    unit: 'items',
    beyond: { cut: 'the longest are looked up' },
  },
  versionNumber: {
    what: 'Each of the three numbers of a version',
    value: NUMBER_MAX,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  scopesCounted: {
    what: 'Scopes that statistics name',
    value: SCOPES_COUNTED_MAX,
    unit: 'items',
    beyond: { cut: 'the smaller ones are counted only' },
  },
  highlights: {
    what: 'Highlights of a hit',
    value: HIGHLIGHTS_MAX,
    unit: 'items',
    beyond: { cut: 'the first ones are told' },
  },
  highlighted: {
    what: 'Content that is looked through for them',
    value: CONTENT_SCANNED_MAX,
    unit: 'characters',
    beyond: { cut: 'its beginning counts' },
  },
  readForAnswer: {
    what: 'Content that is read as a whole for an answer',
    value: WHOLE_LENGTH_MAX,
    unit: 'characters',
    beyond: { cut: 'the four places that hold most of what is asked are read' },
  },
  sentencesForAnswer: {
    what: 'Sentences of a hit that are read for an answer',
    value: SENTENCES_PER_HIT_MAX,
    unit: 'items',
    beyond: { cut: 'the first ones are read' },
  },
  quote: {
    what: 'A sentence that is quoted',
    value: QUOTE_LENGTH_MAX,
    unit: 'characters',
    beyond: { cut: 'it is not quoted' },
  },
  nearDuplicates: {
    what: 'Near-duplicates that a receipt names',
    value: NEAR_DUPLICATES_MAX,
    unit: 'items',
    beyond: { cut: 'the most alike are named' },
  },
  trustHistory: {
    what: 'Changes that an explanation of trust names',
    value: HISTORY_MAX,
    unit: 'items',
    beyond: { cut: 'the newest are named' },
  },
  versionsRead: {
    what: 'Versions that blame reads',
    value: VERSIONS_READ_MAX,
    unit: 'items',
    beyond: { cut: 'the newest are read' },
  },
  edits: {
    what: 'Lines by which two texts differ, for the shortest diff',
    value: EDITS_MAX,
    unit: 'items',
    beyond: { cut: 'the diff is a longer one, as true' },
  },
  changesMeanwhile: {
    what: 'Changes by others while one writes without If-Match',
    value: ROUNDS_MAX,
    unit: 'items',
    beyond: { error: 'CONFLICT' },
  },
  lineageNodes: capsule('Capsules of a lineage that is asked for', LINEAGE_LIMITS.nodesMax, 'items'),
  lineageDepth: { what: 'Steps of a lineage', value: LINEAGE_LIMITS.depthMax, unit: 'levels', beyond: invalid },
} as const satisfies Limits
