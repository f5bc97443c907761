import { TOOLS, type ToolName } from '@forge-cascade/contract/agents'
import { validate, validationFailed } from '../validate.ts'
import type { ToolCall } from './connection.ts'
import { resourceLink, type ToolAnswer } from './tool-answer.ts'
import { TOOL_FUNCTIONS } from './tools/index.ts'

export const isTool = (name: string): name is ToolName => Object.hasOwn(TOOLS, name)

/** Where programs find what the gate warns of: no output of a tool has a place for it. */
const WARNING_META = 'forge-cascade/gate-warning'

type ToolResult = Awaited<ReturnType<typeof callTool>>

/** The answer of a tool with what was let pass and would have been refused, if anything was. */
export function warned(result: ToolResult, warnings: readonly string[]) {
  if (warnings.length === 0) return result
  const text = warnings
    .map((each) => `It was let pass, and would have been refused: ${each}. Tell a person.`)
    .join('\n')
  return {
    ...result,
    content: [...result.content, { type: 'text' as const, text }],
    _meta: { [WARNING_META]: warnings },
  }
}

/**
 * Carries out a tool.
 *
 * @param given the arguments as they came.
 * @throws CascadeError VALIDATION_FAILED with every wrong argument, and what the tool's operations throw.
 */
export async function callTool(name: ToolName, given: unknown, call: ToolCall) {
  const parsed = validate(TOOLS[name].input, given ?? {}, 'body')
  if (!parsed.ok) throw validationFailed(parsed.problems, 'The arguments')
  // The table pairs each name with its schema and its function; TypeScript does not follow the name through both.
  const run = TOOL_FUNCTIONS[name] as (input: unknown, call: ToolCall) => Promise<ToolAnswer<ToolName>>
  const { structured, text, links = [] } = await run(parsed.value, call)
  const lines = text.filter((line) => line !== '')
  return {
    content: [{ type: 'text' as const, text: lines.join('\n') }, ...links.map(resourceLink)],
    structuredContent: { ...structured },
  }
}
