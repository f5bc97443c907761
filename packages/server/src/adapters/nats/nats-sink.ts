import { isIP } from 'node:net'
import type { JetStreamClient } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import { lazy, messageOf } from '#base'
import { bareHost, isLoopback } from '#config'
import { DeliveryFailure, type MeshDelivery, type MeshSink, type SinkKind, type SinkRemark } from '#mesh'
import { remarksOn, type SinkSecrets, secretInFile, secretInVariable } from '../sinks/sink-secrets.ts'
import { type AllowedTargets, type Completed, TargetRefused } from '../webhooks/index.ts'

export interface NatsSinkOptions extends SinkSecrets {
  readonly targets: AllowedTargets
  readonly completed: Completed
}

const place = z.string().min(1).max(4096)
const SUBJECT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/

const options = z
  .strictObject({
    url: z
      .url({ protocol: /^(?:nats|tls)$/, error: 'expected an address that begins with nats:// or tls://' })
      .max(2048)
      .refine((text) => isPlain(text), { error: 'expected an address without a name, a password and a path in it' })
      .describe('A server of NATS with JetStream.'),
    subject: z
      .string()
      .max(200)
      .regex(SUBJECT, { error: 'expected words with dots between, such as events' })
      .default('events')
      .describe('Words before the type of an event.'),
    token_file: place.optional().describe('File with the token that the server asks for.'),
    token_env: place.optional().describe('Variable of the environment with that token.'),
  })
  .refine(({ token_file, token_env }) => token_file === undefined || token_env === undefined, {
    error: 'expected one of token_file and token_env',
  })

const isPlain = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && `${url.username}${url.password}${url.search}` === '' && /^\/?$/.test(url.pathname)
}

/** Most instances have no such sink. */
const library = lazy(async () => ({
  ...(await import('@nats-io/transport-node')),
  ...(await import('@nats-io/jetstream')),
}))
type Library = Awaited<ReturnType<typeof library>>

const PORT = 4222
const CONNECT_MS = 5000
const WHAT = 'a token of NATS'

/**
 * Hands events to a stream of NATS JetStream, each under the subject of its type: durable when it is acknowledged, and once in the
 * stream however often it is handed over, as long as the stream remembers its id.
 */
export function natsSink(parts: NatsSinkOptions): SinkKind<typeof options> {
  return {
    kind: 'nats',
    options,
    open: ({ name, options: { url, subject, token_file, token_env } }) =>
      new NatsSink({ name, subject, url: new URL(url), token: tokenOf(parts, token_file, token_env) }, parts),
    look: ({ url, token_file, token_env }) => [
      ...remarksOn('problem', 'url', () => parts.targets.requireLiteral(new URL(url).hostname)),
      ...(isInTheClear(new URL(url)) ? [IN_THE_CLEAR] : []),
      ...remarksOn('problem', 'token_file', () => tokenOf(parts, token_file, undefined)),
      ...remarksOn('warning', 'token_env', () => tokenOf(parts, undefined, token_env)),
    ],
  }
}

const isInTheClear = ({ protocol, hostname }: URL): boolean => protocol === 'nats:' && !isLoopback(bareHost(hostname))
const IN_THE_CLEAR: SinkRemark = {
  ...{ severity: 'warning', option: 'url' },
  message: 'nats:// goes in the clear, the token with it; tls:// does not',
}

function tokenOf(parts: SinkSecrets, file: string | undefined, variable: string | undefined): string | undefined {
  if (file !== undefined) return secretInFile(parts, file, WHAT).trim()
  return variable === undefined ? undefined : secretInVariable(parts, variable, WHAT)
}

interface Where {
  readonly name: string
  readonly url: URL
  readonly subject: string
  readonly token: string | undefined
}

interface Link {
  readonly connection: NatsConnection
  readonly stream: JetStreamClient
}

/** What the certificate has to be of, as `tls.connect` takes it: the name or address that the operator wrote. */
const certificateOf = (host: string): object => (isIP(host) === 0 ? { servername: host } : { host })

class NatsSink implements MeshSink {
  readonly kind = 'nats'
  readonly name: string
  readonly #where: Where
  readonly #parts: NatsSinkOptions
  #link: Promise<Link> | undefined

  constructor(where: Where, parts: NatsSinkOptions) {
    this.name = where.name
    this.#where = where
    this.#parts = parts
  }

  async deliver({ event, signal }: MeshDelivery): Promise<void> {
    const body = JSON.stringify(await this.#parts.completed(event))
    const subject = `${this.#where.subject}.${event.type}`
    const nats = await library()
    const head = nats.headers()
    head.set('content-type', 'application/cloudevents+json; charset=utf-8')
    try {
      const { stream } = await this.#connected()
      signal.throwIfAborted()
      await stream.publish(subject, body, { msgID: event.id, headers: head })
    } catch (error) {
      signal.throwIfAborted()
      throw this.#failureOf(nats, error, { subject, bytes: Buffer.byteLength(body) })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [link] = await Promise.allSettled([this.#link])
    this.#link = undefined
    // What never connected has nothing to close.
    if (link?.status === 'fulfilled') await link.value?.connection.close()
  }

  /** One connection for all deliveries; a new one where the last is gone. */
  async #connected(): Promise<Link> {
    for (;;) {
      this.#link ??= this.#connect()
      const link = this.#link
      const found = await link.catch((error: unknown) => this.#forget(link, error))
      if (!found.connection.isClosed()) return found
      if (this.#link === link) this.#link = undefined
    }
  }

  #forget(link: Promise<Link>, error: unknown): never {
    if (this.#link === link) this.#link = undefined
    throw error
  }

  async #connect(): Promise<Link> {
    const { url, token, name } = this.#where
    const [target] = await this.#parts.targets.of(url.hostname)
    if (target === undefined) throw new Error(`${url.hostname} has no address`)
    const host = target.family === 6 ? `[${target.address}]` : target.address
    const { connect, jetstream } = await library()
    const connection = await connect({
      ...{ servers: `${host}:${url.port || PORT}`, name: `forge-cascade ${name}`, timeout: CONNECT_MS },
      // The very address that was looked at; whoever delivers tries again by itself, and at no server that another one names.
      ...{ reconnect: false, ignoreClusterUpdates: true, resolve: false },
      ...(token !== undefined && { token }),
      tls: url.protocol === 'tls:' ? certificateOf(bareHost(url.hostname)) : null,
    })
    return { connection, stream: jetstream(connection) }
  }

  #failureOf(
    { errors, JetStreamApiError }: Library,
    error: unknown,
    { subject, bytes }: { readonly subject: string; readonly bytes: number },
  ): DeliveryFailure {
    const { host } = this.#where.url
    const failure = (kind: 'permanent' | 'retryable', message: string) =>
      new DeliveryFailure(kind, message, { cause: error })
    if (error instanceof TargetRefused) return failure('permanent', error.message)
    // What no stream listens to is answered by nobody, which the client takes for a server without JetStream.
    const isUntaken = error instanceof Error && error.name === 'JetStreamNotEnabled'
    if (isUntaken || error instanceof errors.NoRespondersError)
      return failure('retryable', `no stream at ${host} takes the subject ${subject}`)
    // Without TLS the client has no options of it to read, which is how a server shows that it asks for it.
    if (error instanceof TypeError && /certFile/.test(error.message))
      return failure('retryable', `${host} asks for TLS: name it by tls://`)
    if (error instanceof errors.InvalidArgumentError)
      return failure('permanent', `${host} takes no event of ${bytes} bytes`)
    if (error instanceof JetStreamApiError) return failure('retryable', `${host} refused it: ${error.message}`)
    return failure('retryable', `${host} could not be reached: ${messageOf(error)}`)
  }
}
