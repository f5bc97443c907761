import type { ServerOptions } from 'node:http'
import type { Config } from '#config'

export const HTTP_LIMITS = {
  answerMsMax: 60_000,
  headerBytesMax: 16 * 1024,
  paramLengthMax: 500,
  connectionsMax: 10_000,
  /** A connection on which nothing moves, in either direction, is closed. */
  idleMs: 15 * 60_000,
  /** How often Node looks for connections whose headers are late. */
  lateCheckMs: 1000,
} as const

/** What Node is told about connections; the same for the port and the socket. */
export function nodeOptions(server: Config['server']): ServerOptions {
  return {
    maxHeaderSize: HTTP_LIMITS.headerBytesMax,
    headersTimeout: server.request_timeout_s * 1000,
    keepAliveTimeout: server.keep_alive_s * 1000,
    // Bodies have their own limits of time: a batch may stream for as long as it moves.
    requestTimeout: 0,
    connectionsCheckingInterval: HTTP_LIMITS.lateCheckMs,
    // Node would answer a missing Host with an empty 400; the check of ours answers with a problem.
    requireHostHeader: false,
  }
}
