import { CascadeError } from '#base'
import type { Approved, Decision } from '#governance'
import type { Credential, Subject } from '#identity'
import type { Grant } from '#store'

/** One request on its way through the edge. Fastify carries it as `request.visit`. */
export class Visit {
  readonly correlationId: string
  /** Milliseconds of the process' monotonic clock. */
  readonly startedAt: number
  /** Newest sequence when the request came: every answer has seen at least that. */
  readonly headBefore: number
  /** Address of the client, as far as somebody who is trusted says it; `socket` for the unix socket. */
  readonly client: string
  /** Whether it came over the local socket. */
  isLocal = false
  credential: Credential | undefined
  subject: Subject | undefined
  grant: Grant | undefined
  /** The gate has yet to decide, by the body. */
  isUndecided = false
  /** The gate's word where that is to wait for an approval. */
  held: Decision | undefined
  /** Of what is carried out in the name of whoever asked, once it was approved. */
  approved: Approved | undefined
  /** Parsed path parameters. */
  params: Readonly<Record<string, unknown>> = {}
  readonly #abort = new AbortController()
  readonly #ends: Disposable[] = []

  constructor(correlationId: string, startedAt: number, headBefore: number, client: string) {
    this.correlationId = correlationId
    this.startedAt = startedAt
    this.headBefore = headBefore
    this.client = client
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason)
  }

  /** Disposed when the answer is sent or the client is gone. */
  own(resource: Disposable): void {
    this.#ends.push(resource)
  }

  end(): void {
    for (const resource of this.#ends.splice(0)) resource[Symbol.dispose]()
  }
}

/** With what they come. @throws CascadeError UNAUTHENTICATED on a route that asks for no token. */
export function getCredential({ credential }: Visit): Credential {
  if (credential) return credential
  throw new CascadeError('UNAUTHENTICATED', 'Nobody in particular is asking.')
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit
  }
}
