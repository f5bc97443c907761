import { AGENT_INSTRUCTIONS, TOOLS, type ToolDefinition, toolSchema } from '@forge-cascade/contract/agents'
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { type Clock, isCascadeError, type Random } from '#base'
import type { CallDesk } from './call-desk.ts'
import { callTool, isTool, warned } from './call-tool.ts'
import { clientName } from './client-name.ts'
import { type AgentConnection, cancellable, type ToolCall } from './connection.ts'
import { listResources, RESOURCE_TEMPLATES, readResource } from './read-resource.ts'
import { markMaker } from './recorded-text.ts'
import { toolError } from './tool-error.ts'

export interface AgentServerOptions {
  /** Version of the program. */
  readonly version: string
  readonly random: Random
  readonly clock: Clock
  /** Where the calls under way are counted. */
  readonly desk: CallDesk
  /** Told of what broke on our side. */
  readonly onTrouble: (tool: string, error: unknown) => void
}

/** The tools as MCP lists them; the same for every connection. */
export const listTools = () =>
  Object.entries<ToolDefinition>(TOOLS).map(([name, { title, description, input, output, hints }]) => ({
    name,
    title,
    description,
    inputSchema: { type: 'object' as const, ...toolSchema(input, 'input') },
    outputSchema: { type: 'object' as const, ...toolSchema(output, 'output') },
    annotations: { title, ...hints },
  }))

let listed: ReturnType<typeof listTools> | undefined

/**
 * An MCP server for one connection, or one request. The SDK speaks the protocol; arguments are checked here, so that what is
 * wrong with them is told in the words of the error catalogue.
 */
export function createAgentServer(connection: AgentConnection, options: AgentServerOptions): Server {
  const { perform, scope } = connection
  const { desk } = options
  const server = new Server(
    { name: 'forge-cascade', title: 'Forge Cascade', version: options.version },
    {
      capabilities: { tools: { listChanged: false }, resources: { listChanged: false, subscribe: false } },
      instructions: AGENT_INSTRUCTIONS,
    },
  )
  server.setRequestHandler('tools/list', () => {
    listed ??= listTools()
    return { tools: listed }
  })
  server.setRequestHandler('tools/call', async ({ params: { name, arguments: given } }, context) => {
    if (!isTool(name)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(name))
    try {
      const warnings = new Set<string>()
      const call = callOf(connection, server, context, { ...options, onWarning: (text) => warnings.add(text) })
      return warned(await desk.run(() => callTool(name, given, call)), [...warnings])
    } catch (error) {
      if (!isCascadeError(error)) options.onTrouble(name, error)
      return toolError(error)
    }
  })
  server.setRequestHandler('resources/list', async (_request, { mcpReq }) =>
    guarded(desk, async () => ({ resources: await listResources(cancellable(perform, mcpReq.signal), scope) })),
  )
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...RESOURCE_TEMPLATES] }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }, { mcpReq }) =>
    guarded(desk, async () => ({ contents: [await readResource(cancellable(perform, mcpReq.signal), uri)] }), uri),
  )
  return server
}

const unknownTool = (name: string): string =>
  `There is no tool ${JSON.stringify(name.slice(0, 100))}; there are ${Object.keys(TOOLS).join(', ')}.`

function callOf(
  { perform, scope, agent, session }: AgentConnection,
  server: Server,
  { mcpReq }: ServerContext,
  { random, clock, onWarning }: AgentServerOptions & { readonly onWarning: (warning: string) => void },
): ToolCall {
  // Clients of 2026 say with each request who they are, those of 2025 once, when they connect.
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {}
  const name = clientName(envelope[CLIENT_INFO_META_KEY]) ?? clientName(server.getClientVersion()) ?? agent
  return {
    perform: cancellable(perform, mcpReq.signal, onWarning),
    scope,
    author: { kind: 'agent', name, ...(session === undefined ? {} : { session }) },
    mark: markMaker(random),
    now: clock(),
  }
}

/** A failure of a resource is an error of the protocol: there is no result that could say it. */
async function guarded<T>(desk: CallDesk, work: () => Promise<T>, uri = ''): Promise<T> {
  try {
    return await desk.run(work)
  } catch (error) {
    if (!isCascadeError(error)) throw error
    if (error.code === 'NOT_FOUND' || error.code === 'ERASED') throw new ResourceNotFoundError(uri, error.message)
    throw new ProtocolError(ProtocolErrorCode.InternalError, error.message)
  }
}
