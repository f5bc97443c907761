import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type HttpWorld, type HttpWorldOptions, openHttpWorld } from '../http/testing.ts'

/** The two ages of the protocol that agents speak today. */
export const ERAS = ['2026', '2025'] as const
export type Era = (typeof ERAS)[number]

export const AGENT = { name: 'claude-code', version: '2.4.1' }

/** A client as agents have it. */
export const newClient = (era: Era): Client =>
  new Client(AGENT, era === '2026' ? { versionNegotiation: { mode: 'auto' } } : {})

/** An HTTP interface on a port, with agents that speak to it. */
export interface AgentWorld extends AsyncDisposable {
  readonly http: HttpWorld
  readonly url: string
  /** Sends a message as it is. */
  post(message: unknown, headers?: Readonly<Record<string, string | undefined>>): Promise<Response>
  /** As the administrator, unless another token is named. */
  connect(era: Era, query?: string, token?: string): Promise<Client>
}

export async function openAgentWorld(options: HttpWorldOptions = {}): Promise<AgentWorld> {
  const http = await openHttpWorld(options)
  const { url } = await http.server.listen()
  const clients: Client[] = []
  return {
    http,
    url,
    post: (message, headers = {}) =>
      fetch(`${url}/mcp`, {
        method: 'POST',
        headers: definedOf({ ...usual(http.token), ...headers }),
        body: typeof message === 'string' ? message : JSON.stringify(message),
      }),
    connect: async (era, query = '', token = http.token) => {
      const client = newClient(era)
      clients.push(client)
      const requestInit = { headers: { authorization: `Bearer ${token}` } }
      await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`), { requestInit }))
      return client
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.close()
      await http[Symbol.asyncDispose]()
    },
  }
}

const usual = (token: string) => ({
  authorization: `Bearer ${token}`,
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
})

const definedOf = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

interface Called {
  readonly isError: boolean
  readonly text: string
  readonly structured: Record<string, unknown> & { readonly hits?: readonly Record<string, unknown>[] }
  readonly error: { readonly code: string; readonly fix: string; readonly retryable: boolean } | undefined
  readonly links: readonly string[]
}

/** Calls a tool and takes its answer apart. */
export async function call(client: Client, name: string, args: Record<string, unknown>): Promise<Called> {
  const result = await client.callTool({ name, arguments: args })
  const content = result.content as { readonly type: string; readonly text?: string; readonly uri?: string }[]
  return {
    isError: result.isError === true,
    text: content.find(({ type }) => type === 'text')?.text ?? '',
    structured: (result.structuredContent ?? {}) as Called['structured'], // tests look into it by name
    error: result._meta?.['forge-cascade/error'] as Called['error'],
    links: content.flatMap(({ type, uri }) => (type === 'resource_link' && uri !== undefined ? [uri] : [])),
  }
}
