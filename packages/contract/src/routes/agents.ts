import { z } from 'zod'
import { scopeName } from '../capsule.ts'
import { jsonValue } from '../parameters.ts'
import type { RouteDefinition } from './route.ts'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'recall', arguments: { query: 'travel expenses' } },
}

/** The door of agents. */
export const AGENTS = [
  {
    id: 'speakMcp',
    method: 'POST',
    path: '/mcp',
    tag: 'Agents',
    summary: 'Speak the Model Context Protocol',
    description:
      'Streamable HTTP of the revision 2026-07-28, and of 2025 without sessions: one JSON-RPC message a request, answered as JSON or as an event stream. What goes wrong with the message itself is answered as a JSON-RPC error, with the status that the protocol asks for. Each tool is decided by the actions of its own operations. A request from a web page is refused unless its origin is a name that this instance answers to.',
    access: { action: 'agent.connect' },
    query: z.strictObject({
      identity: scopeName.optional().describe('Identity of calls that name none.'),
      lane: scopeName.optional().describe('Lane of calls that name none.'),
      fold: scopeName.optional().describe('Fold of what is remembered, recalled and asked.'),
      agent: scopeName
        .optional()
        .describe(
          'Who writes, for clients of 2025, which say so only when they connect; else their User-Agent counts.',
        ),
    }),
    body: { schema: jsonValue, example: INITIALIZE },
    responses: {
      200: {
        description: 'The answer to a request.',
        contentType: 'text/event-stream',
        schema: z.string().meta({ id: 'McpMessage', description: 'JSON-RPC 2.0, as JSON or as events.' }),
        example: 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n',
      },
      202: { description: 'A notification was taken.' },
      400: { description: 'A message that is none, as a JSON-RPC error; a problem where already the body is wrong.' },
      404: { description: 'A method that is not there, as a JSON-RPC error.' },
      406: { description: 'The header Accept lacks what an answer may be, as a JSON-RPC error.' },
    },
    ownPagesOnly: true,
    unhurried: true,
  },
] as const satisfies readonly RouteDefinition[]
