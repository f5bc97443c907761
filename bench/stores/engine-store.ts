import { fileURLToPath } from 'node:url'
import type { Document, FilterName, Question } from '../data/corpus.ts'
import type { PreparedRequest } from '../http/load-job.ts'
import type { QuestionMode } from '../http/prepare.ts'
import { toBase64 } from '../instance/in-process.ts'
import { PeerProcess } from './child.ts'
import type { EngineDocument, EngineHit } from './engine.ts'
import type { StoreAddress, StorePeer } from './store-peer.ts'

const SCRIPT = fileURLToPath(new URL('./engine-process.ts', import.meta.url))
const DOCUMENTS_PER_REQUEST = 2000

export interface EngineOptions {
  readonly kind: 'postgres' | 'lancedb'
  readonly name: string
  readonly setup: string
  readonly packages: string
  /** The folder or address its engine opens; what it starts beside it ends with `close`. */
  readonly open: () => Promise<{ readonly place: string; readonly pid?: number; readonly close: () => Promise<void> }>
}

/** A library or a database without HTTP, behind the smallest server that gives it some. */
export class EngineStore implements StorePeer {
  readonly name: string
  readonly setup: string
  readonly modes = ['vector', 'lexical', 'hybrid'] as const
  readonly #options: EngineOptions
  #process: PeerProcess | undefined
  #close: (() => Promise<void>) | undefined
  #url = ''

  constructor(options: EngineOptions) {
    this.name = options.name
    this.setup = options.setup
    this.#options = options
  }

  async start(): Promise<StoreAddress> {
    const { kind, packages, open } = this.#options
    const { place, pid, close } = await open()
    this.#close = close
    const args = ['--disable-warning=ExperimentalWarning', SCRIPT, kind, packages, place]
    this.#process = new PeerProcess(process.execPath, args)
    const port = await this.#process.line((line) => (/^\d+$/.test(line) ? Number(line) : undefined))
    this.#url = `http://127.0.0.1:${port}`
    return { url: this.#url, token: '', pid: pid ?? this.#process.pid }
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
    await this.#close?.()
    this.#process = undefined
    this.#close = undefined
  }

  async load(documents: readonly Document[]): Promise<void> {
    for (let from = 0; from < documents.length; from += DOCUMENTS_PER_REQUEST)
      await this.#post('/add', documents.slice(from, from + DOCUMENTS_PER_REQUEST).map(toEngine))
  }

  async index(): Promise<void> {
    await this.#post('/index', {})
  }

  question({ words, vector }: Question, mode: QuestionMode, filter: FilterName): PreparedRequest {
    return {
      method: 'POST',
      path: '/search',
      label: 'search',
      body: encode({ mode, filter, words, vector: toBase64(vector) }),
    }
  }

  create(document: Document): PreparedRequest {
    return { method: 'POST', path: '/add', label: 'create', body: encode([toEngine(document)]) }
  }

  contentsOf(body: string): readonly string[] {
    // What engine-process.ts answers.
    const { hits } = JSON.parse(body) as { readonly hits: readonly EngineHit[] }
    return hits.map(({ content }) => content)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.#url}${path}`, { method: 'POST', body: encode(body) })
    if (!response.ok) throw new Error(`${this.name} answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  }
}

const encode = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))

const toEngine = ({ vector, ...document }: Document): EngineDocument => ({ ...document, vector: toBase64(vector) })
