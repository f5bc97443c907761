import type { IncomingMessage } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { CascadeError } from '#base'

const LOOPBACK_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

/** True for an address that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/**
 * True when a `Host` header names this machine. A page of a foreign site can make a browser send requests to loopback by
 * giving its own name our address (DNS rebinding), but it cannot make the browser send another name than its own.
 */
export const namesLoopback = (hostHeader: string | undefined): boolean => LOOPBACK_NAME.test(hostHeader ?? '')

/** Connections that came through the unix socket, where a Host header means nothing. */
export type LocalSockets = WeakSet<Socket>

/** Keeps pages of foreign sites from reaching an instance that listens on loopback. */
export class LoopbackGuard {
  readonly #isLoopback: boolean
  readonly #localSockets: LocalSockets

  constructor(host: string, localSockets: LocalSockets) {
    this.#isLoopback = isLoopback(host)
    this.#localSockets = localSockets
  }

  /** Why a request is not answered: MISDIRECTED, or MALFORMED_REQUEST without a Host (RFC 9112 section 3.2). */
  refusal({ headers, httpVersion, socket }: IncomingMessage): CascadeError | undefined {
    if (headers.host === undefined && httpVersion === '1.1')
      return new CascadeError('MALFORMED_REQUEST', 'The request has no Host header.')
    if (!this.#isLoopback || this.#localSockets.has(socket) || namesLoopback(headers.host)) return undefined
    return new CascadeError('MISDIRECTED', 'This instance listens on loopback and answers to its names alone.')
  }
}
