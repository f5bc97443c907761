import { embeddingState } from '../embedding.ts'
import { EMBEDDING_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

const state = { 200: json('How the vectors stand.', embeddingState, EMBEDDING_EXAMPLE) } as const

/** The model of the vectors, and its change. */
export const EMBEDDING = [
  {
    id: 'getEmbedding',
    method: 'GET',
    path: '/v2/system/embedding',
    tag: 'Embedding',
    summary: 'The model of the vectors, and how far its change is',
    access: { action: 'system.read' },
    responses: state,
  },
  {
    id: 'startEmbedding',
    method: 'POST',
    path: '/v2/system/embedding/start',
    tag: 'Embedding',
    summary: 'Begin a change of the model that was cancelled',
    description:
      'A change begins by itself when another model is configured. Vectors are made in the background, newest first; questions are answered as before until all are there, and change over at once.',
    access: { action: 'system.embed' },
    responses: state,
    errors: ['CONFLICT'],
  },
  {
    id: 'pauseEmbedding',
    method: 'POST',
    path: '/v2/system/embedding/pause',
    tag: 'Embedding',
    summary: 'Pause the change of the model',
    description: 'It stays paused over a restart. New texts go on getting both vectors.',
    access: { action: 'system.embed' },
    responses: state,
    errors: ['CONFLICT'],
  },
  {
    id: 'resumeEmbedding',
    method: 'POST',
    path: '/v2/system/embedding/resume',
    tag: 'Embedding',
    summary: 'Go on with the change of the model',
    description: 'After a pause, or at once where it waits for an embedder or was stopped by one.',
    access: { action: 'system.embed' },
    responses: state,
    errors: ['CONFLICT'],
  },
  {
    id: 'cancelEmbedding',
    method: 'POST',
    path: '/v2/system/embedding/cancel',
    tag: 'Embedding',
    summary: 'Give the change of the model up',
    description:
      'The store stays with the model it has, also over a restart, until `start` or another model. Refused where nothing here can make vectors of that model.',
    access: { action: 'system.embed' },
    responses: state,
    errors: ['CONFLICT'],
  },
] as const satisfies readonly RouteDefinition[]
