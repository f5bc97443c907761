/** The tools of agents, apart from the rest: most programs that know the contract have no agent to serve. */
export { AGENT_LIMITS, BYTES_PER_TOKEN } from './agent-limits.ts'
export { CAPSULE_URI_TEMPLATES, capsuleUri, parseCapsuleUri } from './capsule-uri.ts'
export {
  AGENT_INSTRUCTIONS,
  actionsOf,
  TOOLS,
  type ToolDefinition,
  type ToolInput,
  type ToolName,
  type ToolOutput,
  toolSchema,
} from './tools.ts'
