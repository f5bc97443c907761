import { AGENT_LIMITS } from '@forge-cascade/contract/agents'
import { CALLS_AT_ONCE_MAX } from '../../packages/server/src/edge/mcp/call-desk.ts'
import { MESSAGE_BYTES_MAX, SUBSCRIPTIONS_MAX } from '../../packages/server/src/edge/mcp/serve-stdio.ts'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What agents may ask for over MCP, and send. */
export const AGENT_ROWS = {
  agentTokens: {
    what: 'Tokens of texts that an agent asks for (`max_tokens`)',
    value: AGENT_LIMITS.tokensMax,
    unit: 'items',
    beyond: invalid,
  },
  agentHits: { what: 'Capsules of `recall`', value: AGENT_LIMITS.hitsMax, unit: 'items', beyond: invalid },
  agentParents: { what: 'Parents of `remember`', value: AGENT_LIMITS.parentsMax, unit: 'items', beyond: invalid },
  agentTags: { what: 'Tags of a tool', value: AGENT_LIMITS.tagsMax, unit: 'items', beyond: invalid },
  agentLineage: { what: 'Capsules of `trace_lineage`', value: AGENT_LIMITS.lineageMax, unit: 'items', beyond: invalid },
  agentDepth: { what: 'Steps of `trace_lineage`', value: AGENT_LIMITS.depthMax, unit: 'levels', beyond: invalid },
  agentCalls: {
    what: 'Calls of one agent on stdio at once',
    value: CALLS_AT_ONCE_MAX,
    unit: 'items',
    beyond: { error: 'UNAVAILABLE' },
  },
  agentMessage: {
    what: 'A message of an agent on stdio',
    value: MESSAGE_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'the connection is closed, and the command ends' },
  },
  agentSubscriptions: {
    what: 'Streams of changes that an agent on stdio has open',
    value: SUBSCRIPTIONS_MAX,
    unit: 'items',
    beyond: { cut: 'another one is refused; none ever says anything' },
  },
} as const satisfies Limits
