import { randomUUID } from 'node:crypto'
import { HttpCaller, type Reply } from '../http-caller.ts'
import type { ServerAddress } from '../server-process.ts'

/** What a client was told is durable. */
export type Promised =
  | { readonly kind: 'version'; readonly id: string; readonly version: string; readonly content: string }
  | { readonly kind: 'trust'; readonly id: string; readonly reason: string }

/** A create whose answer never came. */
export interface Unanswered {
  readonly key: string
  readonly content: string
}

export interface WrittenUntilKilled {
  readonly promised: readonly Promised[]
  readonly unanswered: readonly Unanswered[]
  /** Answers that were no success: there must be none. */
  readonly refused: readonly string[]
}

interface Capsule {
  readonly id: string
  readonly version: string
}

/** Clients that write until the server is gone: creates, versions and changes of trust, each on its own connection. */
export class ServerWriters {
  readonly #clients: number
  readonly #promised: Promised[] = []
  readonly #unanswered: Unanswered[] = []
  readonly #refused: string[] = []
  readonly #first = Promise.withResolvers<void>()
  /** Resolves with the first promise, or when every client has lost its connection without one. */
  readonly answered = this.#first.promise

  constructor(clients: number) {
    this.#clients = clients
  }

  /** Settles when every client has lost its connection. */
  async writeUntilKilled(address: ServerAddress): Promise<WrittenUntilKilled> {
    await Promise.all(Array.from({ length: this.#clients }, () => this.#write(address)))
    this.#first.resolve()
    return { promised: this.#promised, unanswered: this.#unanswered, refused: this.#refused }
  }

  async #write(address: ServerAddress): Promise<void> {
    using caller = new HttpCaller(address)
    for (;;) {
      const created = await this.#create(caller)
      if (!created) return
      if (!(await this.#update(caller, created))) return
      if (!(await this.#trust(caller, created))) return
    }
  }

  async #create(caller: HttpCaller): Promise<Reply<Capsule> | undefined> {
    const [key, content] = [randomUUID(), `A text that is new: ${randomUUID()}`]
    const reply = await this.#send<Capsule>(caller, 'POST', '/v2/capsules', createBody(content), {
      'idempotency-key': key,
    })
    if (!reply) this.#unanswered.push({ key, content })
    else this.#promised.push({ kind: 'version', id: reply.body.id, version: reply.body.version, content })
    this.#first.resolve()
    return reply
  }

  async #update(caller: HttpCaller, { body: { id }, headers }: Reply<Capsule>): Promise<boolean> {
    const content = `A text that follows: ${randomUUID()}`
    const path = `/v2/capsules/${id}`
    const reply = await this.#send<Capsule>(caller, 'PUT', path, { content }, { 'if-match': String(headers.etag) })
    if (reply) this.#promised.push({ kind: 'version', id, version: reply.body.version, content })
    return reply !== undefined
  }

  async #trust(caller: HttpCaller, { body: { id } }: Reply<Capsule>): Promise<boolean> {
    const reason = `Because of ${randomUUID()}`
    const reply = await this.#send(caller, 'PUT', `/v2/capsules/${id}/trust`, { trust: 50, reason })
    if (reply) this.#promised.push({ kind: 'trust', id, reason })
    return reply !== undefined
  }

  /** Undefined when the server is gone. */
  async #send<T>(caller: HttpCaller, ...request: Parameters<HttpCaller['call']>): Promise<Reply<T> | undefined> {
    try {
      const reply = await caller.call<T>(...request)
      if (reply.status < 300) return reply
      this.#refused.push(`${request[0]} ${request[1]}: ${reply.status} ${JSON.stringify(reply.body)}`)
      return undefined
    } catch (error) {
      if (error instanceof Error) return undefined
      throw error
    }
  }
}

export const createBody = (content: string) => ({ content, type: 'knowledge' }) as const
