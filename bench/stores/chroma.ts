import { join } from 'node:path'
import type { Document, FilterName, Question } from '../data/corpus.ts'
import { TOP } from '../data/truth.ts'
import type { PreparedRequest } from '../http/load-job.ts'
import type { QuestionMode } from '../http/prepare.ts'
import { PeerProcess } from './child.ts'
import { freePort } from './free-port.ts'
import type { StoreAddress, StorePeer } from './store-peer.ts'

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections'
const DOCUMENTS_PER_REQUEST = 1000
const WHERE: Readonly<Record<FilterName, object | undefined>> = {
  none: undefined,
  trust: { trust: { $gte: 70 } },
  tag: { tag: { $eq: 'tag-3' } },
  owner: { owner: { $eq: 'owner-7' } },
}

/** Chroma's own server with vectors alone: it ranks no words and mixes nothing outside its cloud. */
export class ChromaStore implements StorePeer {
  readonly name = 'Chroma'
  readonly modes = ['vector'] as const
  readonly setup = 'chromadb 1.5.9, its own server, cosine, HNSW with ef 100 and 16 neighbours'
  readonly #program: string
  readonly #folder: string
  #process: PeerProcess | undefined
  #url = ''
  #collection = ''

  constructor(bin: string, folder: string) {
    this.#program = join(bin, 'chroma')
    this.#folder = folder
  }

  async start(): Promise<StoreAddress> {
    const port = await freePort()
    const args = ['run', '--path', this.#folder, '--host', '127.0.0.1', '--port', String(port)]
    this.#process = new PeerProcess(this.#program, args, { ANONYMIZED_TELEMETRY: 'false' })
    this.#url = `http://127.0.0.1:${port}`
    await this.#process.line((line) => (/Connect to Chroma|listening|Running Chroma/i.test(line) ? true : undefined))
    await this.#openCollection()
    return { url: this.#url, token: '', pid: this.#process.pid }
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
    this.#process = undefined
  }

  async load(documents: readonly Document[]): Promise<void> {
    for (let from = 0; from < documents.length; from += DOCUMENTS_PER_REQUEST) {
      await this.#post(`/${this.#collection}/add`, toRecords(documents.slice(from, from + DOCUMENTS_PER_REQUEST), from))
    }
  }

  /** Its graph grows while it loads. */
  async index(): Promise<void> {
    return undefined
  }

  question({ vector }: Question, _mode: QuestionMode, filter: FilterName): PreparedRequest {
    const where = WHERE[filter]
    const body = {
      query_embeddings: [[...vector]],
      n_results: TOP,
      include: ['documents', 'metadatas', 'distances'],
      ...(where && { where }),
    }
    return { method: 'POST', path: `${COLLECTIONS}/${this.#collection}/query`, body: encode(body), label: 'search' }
  }

  create(document: Document, at: number): PreparedRequest {
    const path = `${COLLECTIONS}/${this.#collection}/add`
    return { method: 'POST', path, body: encode(toRecords([document], at)), label: 'create' }
  }

  contentsOf(body: string): readonly string[] {
    // Chroma's answer: a list for each vector that was asked for, and one was.
    const { documents } = JSON.parse(body) as { readonly documents: readonly (readonly string[])[] }
    return documents[0] ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** The server may say that it runs a moment before it answers. */
  async #openCollection(): Promise<void> {
    const hnsw = { space: 'cosine', ef_search: 100, ef_construction: 100, max_neighbors: 16 }
    const collection = { name: 'documents', get_or_create: true, configuration: { hnsw } }
    for (let attempt = 1; ; attempt++) {
      try {
        this.#collection = (await this.#post<{ readonly id: string }>('', collection)).id
        return
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !(error instanceof TypeError)) throw error
        await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS))
      }
    }
  }

  async #post<T = unknown>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${this.#url}${COLLECTIONS}${path}`, { method: 'POST', headers, body: encode(body) })
    if (!response.ok) throw new Error(`Chroma answered ${response.status}: ${await response.text()}`)
    // The caller names what Chroma says it answers there.
    return (await response.json()) as T
  }
}

const ATTEMPTS_MAX = 100
const ATTEMPT_MS = 50

const encode = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))

const toRecords = (documents: readonly Document[], from: number) => ({
  ids: documents.map((_, at) => `d${from + at}`),
  embeddings: documents.map(({ vector }) => [...vector]),
  documents: documents.map(({ content }) => content),
  metadatas: documents.map(({ trust, tag, owner }) => ({ trust, tag, owner })),
})
