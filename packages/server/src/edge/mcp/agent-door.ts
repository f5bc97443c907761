import type { IncomingHttpHeaders } from 'node:http'
import type { ReadableStream } from 'node:stream/web'
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { type AgentServerOptions, createAgentServer } from './agent-server.ts'
import { CallDesk } from './call-desk.ts'
import { programOf } from './client-name.ts'
import type { AgentConnection, AgentScope } from './connection.ts'
import type { Perform } from './operations.ts'

/** A message that came over HTTP, from somebody who was let in. */
export interface AgentRequest {
  readonly headers: IncomingHttpHeaders
  /** The JSON of the body. */
  readonly message: unknown
  readonly scope: AgentScope
  /** Who writes, where the message does not say it. */
  readonly agent?: string | undefined
  readonly perform: Perform
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** What is sent back, as it is. */
export interface AgentResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null for an answer without a body. */
  readonly stream: ReadableStream<Uint8Array> | null
}

const INVALID_REQUEST = -32600
const METHOD_NOT_FOUND = -32601

/** Headers of a request that the protocol gives a meaning. */
const PROTOCOL_HEADERS = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const

/**
 * MCP over HTTP without sessions: each request stands alone, so that nothing is kept between two, no id can be guessed and
 * a restart is not noticed. Who asks and where is asked before this, by the door of HTTP.
 */
export class AgentDoor {
  readonly #options: Omit<AgentServerOptions, 'desk'>
  readonly #connections = new WeakMap<Request, AgentConnection>()
  readonly #handler: McpHttpHandler

  constructor(options: Omit<AgentServerOptions, 'desk'>) {
    this.#options = options
    this.#handler = createMcpHandler(({ requestInfo }) => this.#open(requestInfo))
  }

  async serve(asked: AgentRequest): Promise<AgentResponse> {
    const refused = refusalOf(asked.message)
    if (refused !== undefined) return refused
    const request = requestOf(asked)
    const { perform, scope, headers, agent = programOf(headers['user-agent']) ?? 'unnamed agent' } = asked
    this.#connections.set(request, { perform, scope, agent })
    const response = await this.#handler.fetch(request, { parsedBody: asked.message })
    return { status: response.status, headers: Object.fromEntries(response.headers), stream: streamOf(response) }
  }

  #open(request: Request | undefined) {
    const connection = request && this.#connections.get(request)
    if (connection === undefined) throw new TypeError('a request came from elsewhere')
    return createAgentServer(connection, { ...this.#options, desk: new CallDesk() })
  }
}

/** The web's and Node's streams are one at runtime and two in their types. */
const streamOf = ({ body }: Response): AgentResponse['stream'] => body as AgentResponse['stream']

/** Without the address, which has been looked at, and the body, which is handed over parsed. */
function requestOf({ headers, signal }: AgentRequest): Request {
  const given = PROTOCOL_HEADERS.map((name) => [name, headers[name]] as const)
  const kept = given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []))
  return new Request('http://localhost/mcp', { method: 'POST', headers: kept, signal })
}

/**
 * What is not taken over HTTP: several messages in one request, which one revision of 2025 knew and the next took back, and
 * a stream of changes, of which there are none to tell.
 */
function refusalOf(message: unknown): AgentResponse | undefined {
  if (Array.isArray(message))
    return errorOf(null, INVALID_REQUEST, 'Batches are not taken: send one message a request.')
  if (typeof message !== 'object' || message === null)
    return errorOf(null, INVALID_REQUEST, 'A message of JSON-RPC is an object.')
  if (!('method' in message) || message.method !== 'subscriptions/listen') return undefined
  const id = 'id' in message && (typeof message.id === 'string' || typeof message.id === 'number') ? message.id : null
  return errorOf(id, METHOD_NOT_FOUND, 'Nothing here changes that could be listened to: tools and resources stay.')
}

function errorOf(id: string | number | null, code: number, message: string): AgentResponse {
  const body = new Response(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })).body
  return { status: 400, headers: { 'content-type': 'application/json' }, stream: body as AgentResponse['stream'] }
}
