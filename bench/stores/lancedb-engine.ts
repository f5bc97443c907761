import { createRequire } from 'node:module'
import { join } from 'node:path'
import { TOP } from '../data/truth.ts'
import {
  CONDITIONS,
  type Engine,
  type EngineDocument,
  type EngineHit,
  type EngineQuestion,
  toVector,
} from './engine.ts'

/** What is used of LanceDB, which is not there when types are checked. */
interface Query {
  where(condition: string): Query
  limit(count: number): Query
  select(fields: string[]): Query
  fullTextSearch(words: string): Query
  nearestTo(vector: Float32Array): Query
  distanceType(kind: 'cosine'): Query
  rerank(reranker: unknown): Query
  toArray(): Promise<Record<string, unknown>[]>
}
interface Table {
  add(rows: readonly object[]): Promise<unknown>
  createIndex(column: string, options: { readonly config: unknown }): Promise<void>
  query(): Query
  close(): void
}
interface Lance {
  connect(folder: string): Promise<{
    tableNames(): Promise<string[]>
    openTable(name: string): Promise<Table>
    createTable(name: string, rows: readonly object[]): Promise<Table>
  }>
  readonly Index: { fts(): unknown; btree(): unknown; bitmap(): unknown }
  readonly rerankers: { readonly RRFReranker: { create(): Promise<unknown> } }
}

const TABLE = 'documents'
const FIELDS = ['content', 'trust', 'tag', 'owner']

/** LanceDB as a library, flat vectors (its recall is then 1), its own words and its own fusion of ranks. */
export async function openLance(packages: string, folder: string): Promise<Engine> {
  const lance = createRequire(join(packages, 'package.json'))('@lancedb/lancedb') as Lance
  const connection = await lance.connect(folder)
  const names = await connection.tableNames()
  let table = names.includes(TABLE) ? await connection.openTable(TABLE) : undefined
  const reranker = await lance.rerankers.RRFReranker.create()
  return {
    add: async (documents) => {
      const rows = documents.map(toRow)
      if (table) await table.add(rows)
      else table = await connection.createTable(TABLE, rows)
    },
    index: async () => {
      await table!.createIndex('content', { config: lance.Index.fts() })
      await table!.createIndex('trust', { config: lance.Index.btree() })
      await table!.createIndex('tag', { config: lance.Index.bitmap() })
      await table!.createIndex('owner', { config: lance.Index.bitmap() })
    },
    search: async (question) => (await queryOf(table!.query(), question, reranker).toArray()).map(toHit),
    close: async () => table?.close(),
  }
}

const toRow = ({ content, trust, tag, owner, vector }: EngineDocument) => ({
  content,
  trust,
  tag,
  owner,
  vector: [...toVector(vector)],
})

function queryOf(empty: Query, { mode, filter, words, vector }: EngineQuestion, reranker: unknown): Query {
  const condition = CONDITIONS[filter]
  const filtered = condition === undefined ? empty : empty.where(condition)
  const worded = mode === 'vector' ? filtered : filtered.fullTextSearch(words)
  const near = mode === 'lexical' ? worded : worded.nearestTo(toVector(vector)).distanceType('cosine')
  const fused = mode === 'hybrid' ? near.rerank(reranker) : near
  return mode === 'hybrid' ? fused.limit(TOP) : fused.select(FIELDS_OF[mode]).limit(TOP)
}

const FIELDS_OF: Readonly<Record<'vector' | 'lexical', string[]>> = {
  vector: [...FIELDS, '_distance'],
  lexical: [...FIELDS, '_score'],
}

const toHit = (row: Record<string, unknown>): EngineHit => ({
  content: String(row.content),
  trust: Number(row.trust),
  tag: String(row.tag),
  owner: String(row.owner),
  score: Number(row._relevance_score ?? row._score ?? row._distance),
})
