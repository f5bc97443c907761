import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { messageOf } from '#base'
import { type AgentServerOptions, createAgentServer } from './agent-server.ts'
import { CallDesk } from './call-desk.ts'
import type { AgentConnection } from './connection.ts'

/** Bytes of one message: a content of the largest size with every character escaped, as over HTTP. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024

/** Streams of changes that a client may have open; none ever says anything. */
export const SUBSCRIPTIONS_MAX = 8

export interface StdioOptions extends Omit<AgentServerOptions, 'desk'> {
  readonly stdin: Readable
  /** For messages of the protocol alone. */
  readonly stdout: Writable
  /** Told of messages that were none, and of a client that cannot be written to. */
  readonly onNote: (note: string) => void
}

export interface StdioConnection {
  /** Settles when the client has closed its end, or cannot be spoken to any more. */
  readonly closed: Promise<void>
  /** Finishes the calls under way, answers them, and closes. Repeating it waits for the same end. */
  drain(): Promise<void>
}

/** Speaks MCP on a pair of streams, with clients of 2026 and of 2025. */
export function serveAgent(connection: AgentConnection, options: StdioOptions): StdioConnection {
  const desk = new CallDesk()
  const closed = Promise.withResolvers<void>()
  const wire = new StdioServerTransport(options.stdin, options.stdout, { maxBufferSize: MESSAGE_BYTES_MAX })
  const served = serveStdio(() => createAgentServer(connection, { ...options, desk }), {
    transport: wire,
    maxSubscriptions: SUBSCRIPTIONS_MAX,
    onerror: (error) => options.onNote(messageOf(error)),
  })
  hearClose(wire, closed.resolve)
  const drain = async (): Promise<void> => {
    await desk.close()
    // The SDK writes an answer in the turn in which the call has settled; after that turn it is written.
    await new Promise((resolve) => setImmediate(resolve))
    await served.close()
    closed.resolve()
  }
  return { closed: closed.promise, drain }
}

/** The SDK owns the transport and listens to its end; so do we. */
function hearClose(wire: StdioServerTransport, onClose: () => void): void {
  const own = wire.onclose
  wire.onclose = () => {
    own?.()
    onClose()
  }
}
