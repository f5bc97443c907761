import type { RouteRow } from '@forge-cascade/contract'
import type { Answer, HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** The door of agents: everything about the message itself is said by the protocol, with the status it asks for. */
export const agentHandlers = ({ agents }: HandlerContext): HandlersFor<OperationsOf<'Agents'>> => ({
  speakMcp: async ({ body, headers, query, perform, signal }) => {
    const door = await agents()
    const { agent, ...scope } = query
    const answer = await door.serve({ message: body, headers, scope, agent, perform, signal })
    // The protocol's answers are those that the row lists; their bodies are streams, which no schema describes.
    return answer as Answer<RouteRow<'speakMcp'>>
  },
})
