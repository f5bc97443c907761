import { ServerProcess } from '../../packages/server/test/server-process.ts'
import type { Document } from '../data/corpus.ts'
import { batchRequest, createRequest, questionRequest } from '../http/prepare.ts'
import { PLAIN_ORDER } from '../http/served.ts'
import type { StoreAddress, StorePeer } from './store-peer.ts'

const DOCUMENTS_PER_REQUEST = 2000
const WORKERS = 2

/** This project's server, through the doors everybody has. */
export class CascadeStore implements StorePeer {
  readonly name = 'Forge Cascade'
  readonly modes = ['vector', 'lexical', 'hybrid'] as const
  readonly setup = 'its own HTTP server with the default settings; every answer also re-read from the rows'
  readonly #folder: string
  #server: ServerProcess | undefined
  #address: StoreAddress | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  async start(): Promise<StoreAddress> {
    this.#server = new ServerProcess({ dataDir: this.#folder, env: PLAIN_ORDER })
    const { url, token } = await this.#server.ready()
    this.#address = { url, token, pid: this.#server.pid }
    return this.#address
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
    this.#server = undefined
  }

  /** NDJSON in requests that follow each other on two connections. */
  async load(documents: readonly Document[]): Promise<void> {
    const { url, token } = this.#address!
    const starts = Array.from({ length: Math.ceil(documents.length / DOCUMENTS_PER_REQUEST) }, (_, at) => at)
    const work = async (): Promise<void> => {
      for (let at = starts.shift(); at !== undefined; at = starts.shift()) {
        const from = at * DOCUMENTS_PER_REQUEST
        const { path, body, contentType } = batchRequest(documents.slice(from, from + DOCUMENTS_PER_REQUEST))
        const headers = { authorization: `Bearer ${token}`, 'content-type': contentType ?? '' }
        const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: Buffer.from(body ?? []) })
        const text = await response.text()
        if (!response.ok || text.includes('"problem"')) throw new Error(`the batch was answered ${text.slice(0, 500)}`)
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, work))
  }

  /** Everything is searchable when its receipt is there. */
  async index(): Promise<void> {
    return undefined
  }

  question = questionRequest
  create = createRequest

  contentsOf(body: string): readonly string[] {
    // The contract's search answer.
    const { hits } = JSON.parse(body) as {
      readonly hits: readonly { readonly capsule: { readonly content: string } }[]
    }
    return hits.map(({ capsule }) => capsule.content)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
