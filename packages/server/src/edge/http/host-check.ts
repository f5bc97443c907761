import type { IncomingMessage } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { CascadeError } from '#base'
import { bareHost, type Config, isLoopback, listOf } from '#config'

const LOOPBACK_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const HOST = /^(\[[\da-f:.]+\]|[^[\]:\s/@]+)(?::\d{1,5})?$/i

/**
 * True when a `Host` header names this machine. A page of a foreign site can make a browser send requests to an address by
 * giving its own name that address (DNS rebinding), but it cannot make the browser send another name than its own.
 */
export const namesLoopback = (hostHeader: string | undefined): boolean => LOOPBACK_NAME.test(hostHeader ?? '')

/** Connections that came through the unix socket, where a Host header means nothing. */
export type LocalSockets = WeakSet<Socket>

/**
 * Keeps pages of foreign sites from reaching an instance by a name of their own: it answers to the names of loopback, to
 * the names that are configured and, beyond loopback, to bare addresses, which nobody can give to something else.
 */
export class HostGuard {
  readonly #isLoopback: boolean
  readonly #names: ReadonlySet<string>
  readonly #localSockets: LocalSockets

  constructor({ host, allowed_hosts }: Config['server'], localSockets: LocalSockets) {
    this.#isLoopback = isLoopback(host)
    this.#names = new Set(listOf(allowed_hosts).map((name) => name.toLowerCase()))
    this.#localSockets = localSockets
  }

  /** Why a request is not answered: MISDIRECTED, or MALFORMED_REQUEST without a Host (RFC 9112 section 3.2). */
  refusal({ headers, httpVersion, socket }: IncomingMessage): CascadeError | undefined {
    if (headers.host === undefined && httpVersion === '1.1')
      return new CascadeError('MALFORMED_REQUEST', 'The request has no Host header.')
    if (this.#localSockets.has(socket) || this.#isAnswered(headers.host)) return undefined
    return new CascadeError(
      'MISDIRECTED',
      this.#isLoopback && this.#names.size === 0
        ? 'This instance listens on loopback and answers to its names alone.'
        : 'This name is not among server.allowed_hosts.',
    )
  }

  /**
   * Why a request of a web page is not answered: FORBIDDEN where its origin is no name of ours. Programs send no origin.
   *
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports, which asks for it and for 403
   */
  foreignPage({ headers: { origin } }: IncomingMessage): CascadeError | undefined {
    if (origin === undefined) return undefined
    const host = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]
    if (host !== undefined && this.#isAnswered(host)) return undefined
    return new CascadeError('FORBIDDEN', 'This door is closed to web pages of other origins.')
  }

  /** Whether a request came through the unix socket, which only the user of the instance can open. */
  isLocal({ socket }: IncomingMessage): boolean {
    return this.#localSockets.has(socket)
  }

  /** Why a request that did not come through the unix socket is not answered: FORBIDDEN. */
  remote(request: IncomingMessage): CascadeError | undefined {
    if (this.isLocal(request)) return undefined
    return new CascadeError('FORBIDDEN', 'This is done on the machine of the instance alone, with the command there.')
  }

  #isAnswered(header: string | undefined): boolean {
    if (namesLoopback(header)) return true
    const name = HOST.exec(header ?? '')?.[1]?.toLowerCase()
    if (name === undefined) return false
    return this.#names.has(name) || (!this.#isLoopback && isIP(bareHost(name)) !== 0)
  }
}
