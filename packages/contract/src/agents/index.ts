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
