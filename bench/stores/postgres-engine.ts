import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TOP } from '../data/truth.ts'
import {
  CONDITIONS,
  type Engine,
  type EngineDocument,
  type EngineHit,
  type EngineQuestion,
  toVector,
} from './engine.ts'

const CONNECTIONS = 16
/** From so many of each list the two are fused by their ranks. */
const FUSED = 50
const RANK_CONSTANT = 60

/** What is used of pg and pg-copy-streams, which are not there when types are checked. */
interface Client {
  query(text: string | object, values?: readonly unknown[]): Promise<{ readonly rows: EngineHit[] }>
  release(): void
}
interface Pool {
  query: Client['query']
  connect(): Promise<Client>
  end(): Promise<void>
}
type PoolClass = new (options: object) => Pool

/**
 * PostgreSQL with pgvector and its own full text: one table, HNSW (m 16, ef 100 to build and to search), GIN over the
 * words, a B-tree on each filter.
 */
export async function openPostgres(packages: string, address: string): Promise<Engine> {
  const load = createRequire(join(packages, 'package.json'))
  const { Pool } = load('pg') as { readonly Pool: PoolClass }
  const { from: copyFrom } = load('pg-copy-streams') as { readonly from: (text: string) => NodeJS.WritableStream }
  const pool = new Pool({ connectionString: address, max: CONNECTIONS, options: '-c hnsw.ef_search=100' })
  await pool.query(SCHEMA)
  return {
    add: (documents) => (documents.length === 1 ? insert(pool, documents[0]!) : copy(pool, copyFrom, documents)),
    index: async () => {
      await pool.query(INDEXES)
    },
    search: async (question) => (await pool.query(statementOf(question))).rows,
    close: () => pool.end(),
  }
}

const SCHEMA = `
  CREATE EXTENSION IF NOT EXISTS vector;
  CREATE TABLE IF NOT EXISTS documents (
    key bigserial PRIMARY KEY, content text NOT NULL, trust integer NOT NULL, tag text NOT NULL, owner text NOT NULL,
    vector vector(384) NOT NULL, words tsvector GENERATED ALWAYS AS (to_tsvector('english', content)) STORED)`

const INDEXES = `
  SET maintenance_work_mem = '1GB';
  CREATE INDEX ON documents USING hnsw (vector vector_cosine_ops) WITH (m = 16, ef_construction = 100);
  CREATE INDEX ON documents USING gin (words);
  CREATE INDEX ON documents (trust);
  CREATE INDEX ON documents (tag);
  CREATE INDEX ON documents (owner);
  ANALYZE documents`

const literal = (vector: string): string => `[${toVector(vector).join(',')}]`

async function insert(pool: Pool, { content, trust, tag, owner, vector }: EngineDocument): Promise<void> {
  const text = 'INSERT INTO documents (content, trust, tag, owner, vector) VALUES ($1, $2, $3, $4, $5)'
  await pool.query(text, [content, trust, tag, owner, literal(vector)])
}

async function copy(
  pool: Pool,
  copyFrom: (text: string) => NodeJS.WritableStream,
  documents: readonly EngineDocument[],
): Promise<void> {
  const client = await pool.connect()
  try {
    // The copy is a query to the client and a stream to us.
    const stream = client.query(copyFrom('COPY documents (content, trust, tag, owner, vector) FROM STDIN')) as unknown
    await pipeline(Readable.from(documents.map(toLine)), stream as NodeJS.WritableStream)
  } finally {
    client.release()
  }
}

/** The documents' words are letters and blanks: nothing needs escaping. */
const toLine = ({ content, trust, tag, owner, vector }: EngineDocument): string =>
  `${content}\t${trust}\t${tag}\t${owner}\t${literal(vector)}\n`

const FIELDS = 'content, trust, tag, owner'

function statementOf({ mode, filter, words, vector }: EngineQuestion): object {
  const condition = CONDITIONS[filter] ?? 'true'
  // Prepared once for each shape: the planner sees the values anew each time.
  const name = `${mode}-${filter}`
  if (mode === 'vector') return { name, text: nearest(FIELDS, condition, TOP, '$1'), values: [literal(vector)] }
  const query = words.split(' ').join(' | ')
  if (mode === 'lexical') return { name, text: matching(FIELDS, condition, TOP, '$1'), values: [query] }
  const text = `
    WITH v AS (SELECT key, row_number() OVER () AS place FROM (${nearest('key', condition, FUSED, '$1')}) n),
      w AS (SELECT key, row_number() OVER () AS place FROM (${matching('key', condition, FUSED, '$2')}) m),
      f AS (SELECT key, sum(1.0 / (${RANK_CONSTANT} + place)) AS score FROM (SELECT * FROM v UNION ALL SELECT * FROM w) u
            GROUP BY key ORDER BY score DESC LIMIT ${TOP})
    SELECT ${FIELDS}, f.score FROM f JOIN documents d USING (key) ORDER BY f.score DESC`
  return { name, text, values: [literal(vector), query] }
}

const nearest = (fields: string, condition: string, limit: number, vector: string): string =>
  `SELECT ${fields}, 1 - (vector <=> ${vector}::vector) AS score FROM documents WHERE ${condition}
   ORDER BY vector <=> ${vector}::vector LIMIT ${limit}`

const matching = (fields: string, condition: string, limit: number, query: string): string =>
  `SELECT ${fields}, ts_rank(words, to_tsquery('english', ${query})) AS score FROM documents
   WHERE words @@ to_tsquery('english', ${query}) AND ${condition} ORDER BY score DESC LIMIT ${limit}`
