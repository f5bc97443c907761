import { askAnswer, askBody, searchAnswer, searchBody, searchQuery } from '../search.ts'
import { ASK_EXAMPLE, SEARCH_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

/** Search and ask. */
export const RECALL = [
  {
    id: 'searchCapsules',
    method: 'GET',
    path: '/v2/capsules/search',
    tag: 'Recall',
    summary: 'Search by words, meaning and neighbourhood',
    access: { action: 'capsule.search' },
    query: searchQuery,
    responses: { 200: json('Hits, best first.', searchAnswer, SEARCH_EXAMPLE) },
    errors: ['EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED'],
  },
  {
    id: 'searchCapsulesByBody',
    method: 'POST',
    path: '/v2/capsules/search',
    tag: 'Recall',
    summary: 'Search with a body: a mode, or your own vector',
    access: { action: 'capsule.search' },
    body: { schema: searchBody, example: { q: 'why did we choose SQLite?', limit: 5, mode: 'hybrid', explain: true } },
    responses: { 200: json('Hits, best first.', searchAnswer, SEARCH_EXAMPLE) },
    errors: ['EMBEDDING_MISMATCH', 'EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'UNPROCESSABLE'],
  },
  {
    id: 'ask',
    method: 'POST',
    path: '/v2/ask',
    tag: 'Recall',
    summary: 'Ask a question; the answer quotes its sources',
    access: { action: 'capsule.search' },
    body: { schema: askBody, example: { question: 'Why did we choose SQLite?' } },
    responses: { 200: json('An answer with citations, or that nothing was found.', askAnswer, ASK_EXAMPLE) },
    errors: ['EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED'],
  },
] as const satisfies readonly RouteDefinition[]
