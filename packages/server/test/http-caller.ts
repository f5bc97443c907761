import { Agent, request } from 'node:http'
import type { ServerAddress } from './server-process.ts'

export interface Reply<T = unknown> {
  readonly status: number
  /** The body; undefined for an empty one. */
  readonly body: T
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** A client of a server under test: one connection that stays open, or a new one for each request. */
export class HttpCaller {
  readonly #address: ServerAddress
  readonly #agent: Agent

  constructor(address: ServerAddress, { keepAlive = true } = {}) {
    this.#address = address
    this.#agent = new Agent({ keepAlive, maxSockets: 1 })
  }

  /** @throws Error when the connection breaks. The caller names what the contract says the path answers. */
  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> {
    const { hostname, port } = new URL(this.#address.url)
    const text = body === undefined ? undefined : JSON.stringify(body)
    const content =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const { promise, resolve, reject } = Promise.withResolvers<Reply<T>>()
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        agent: this.#agent,
        headers: { authorization: `Bearer ${this.#address.token}`, ...content, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('aborted', () => reject(new Error('the answer broke off')))
        response.on('end', () => {
          const received = Buffer.concat(chunks).toString('utf8')
          const parsed = received === '' ? undefined : JSON.parse(received)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed })
        })
      },
    )
    sent.on('error', reject)
    sent.end(text)
    return promise
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
