import { type ServerAddress, ServerProcess } from '../../packages/server/test/server-process.ts'
import { cpuSeconds } from '../measure/cpu.ts'
import type { Lag } from '../measure/own-lag.ts'
import { LoadClient } from './load-client.ts'
import type { LoadJob, LoadResult } from './load-job.ts'

/**
 * Trust and freshness may reorder answers by design; without them an answer can be compared with brute force. They cost
 * the same at any weight.
 */
export const PLAIN_ORDER = { CASCADE_SEARCH_TRUST_BOOST: '0', CASCADE_SEARCH_FRESHNESS_BOOST: '0' }
const LAG_EVERY_MS = 3000

export type Load = Pick<LoadJob, 'requests' | 'clients' | 'total'> & { readonly keepBodies?: number }

export interface Driven extends LoadResult {
  /** Processor milliseconds of the server for each request. */
  readonly serverCpuMs: number | undefined
}

/** A server on a folder, a client process that loads it, and a watch on the server's main thread. */
export class Served implements AsyncDisposable {
  readonly server: ServerProcess
  readonly address: ServerAddress
  readonly #client = new LoadClient()
  readonly #watch: NodeJS.Timeout
  #worstMs = 0

  private constructor(server: ServerProcess, address: ServerAddress) {
    this.server = server
    this.address = address
    this.#watch = setInterval(() => void this.#sampleLag(), LAG_EVERY_MS)
  }

  static async open(dataDir: string, nodeArgs: readonly string[] = []): Promise<Served> {
    const server = new ServerProcess({ dataDir, env: PLAIN_ORDER, nodeArgs })
    return new Served(server, await server.ready())
  }

  async drive({ keepBodies = 0, ...load }: Load): Promise<Driven> {
    const { url, token } = this.address
    const before = cpuSeconds(this.server.pid)
    const result = await this.#client.run({ url, token, keepBodies, ...load })
    const after = cpuSeconds(this.server.pid)
    const serverCpuMs = before === undefined || after === undefined ? undefined : ((after - before) * 1000) / load.total
    return { ...result, serverCpuMs }
  }

  /** Load from a client process of its own, beside what `drive` does. */
  async write(load: Load & Pick<LoadJob, 'perSecond'>): Promise<LoadResult> {
    const { url, token } = this.address
    await using client = new LoadClient()
    return await client.run({ url, token, keepBodies: 0, ...load })
  }

  /** The worst since this was asked before. The server tells the 99th percentile of its last five seconds. */
  async takeLag(): Promise<Lag> {
    await this.#sampleLag()
    const worst = this.#worstMs
    this.#worstMs = 0
    return { p99Ms: worst, maxMs: worst }
  }

  async getJson<T>(path: string, body?: unknown): Promise<T> {
    const { url, token } = this.address
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${url}${path}`, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    // The caller names what the contract says this path answers.
    return (await response.json()) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch)
    await this.#client[Symbol.asyncDispose]()
    await this.server.stop()
  }

  async #sampleLag(): Promise<void> {
    const text = await (await fetch(`${this.address.url}/metrics`)).text()
    const seconds = /^cascade_event_loop_lag_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1]
    this.#worstMs = Math.max(this.#worstMs, Number(seconds ?? 0) * 1000)
  }
}
