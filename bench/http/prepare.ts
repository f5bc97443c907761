import { type Document, FILTERS, type FilterName, MODEL, type Question } from '../data/corpus.ts'
import { TOP } from '../data/truth.ts'
import { toBase64, toCreate } from '../instance/in-process.ts'
import type { PreparedRequest } from './load-job.ts'

export type QuestionMode = 'vector' | 'lexical' | 'hybrid'

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** A search as a client with vectors of its own sends it. */
export function questionRequest(
  { words, vector }: Question,
  mode: QuestionMode,
  filter: FilterName,
  q: string = words,
): PreparedRequest {
  const text = mode === 'vector' ? {} : { q }
  const embedding = mode === 'lexical' ? {} : { embedding: toBase64(vector), embedding_model: MODEL }
  const body = encode({ mode, limit: TOP, ...text, ...embedding, ...FILTERS[filter].search })
  return { method: 'POST', path: '/v2/capsules/search', body, label: 'search' }
}

export const createRequest = (document: Document): PreparedRequest => ({
  method: 'POST',
  path: '/v2/capsules',
  body: encode(toCreate(document)),
  label: 'create',
})

/** Many documents in one request. */
export const batchRequest = (documents: readonly Document[]): PreparedRequest => ({
  method: 'POST',
  path: '/v2/capsules/batch',
  contentType: 'application/x-ndjson',
  body: new TextEncoder().encode(documents.map((document) => `${JSON.stringify(toCreate(document))}\n`).join('')),
  label: 'batch',
})

export const chainRequest = (id: string, nodes: number): PreparedRequest => ({
  method: 'GET',
  path: `/v2/capsules/${id}/lineage?direction=ancestors&limit=${nodes}`,
  label: 'chain',
})
