import type { ToolName } from '@forge-cascade/contract/agents'
import type { Tool } from '../tool-answer.ts'
import { ask } from './ask.ts'
import { forget } from './forget.ts'
import { get } from './get.ts'
import { recall } from './recall.ts'
import { remember } from './remember.ts'
import { traceLineage } from './trace-lineage.ts'

/** A function for every tool of the contract; a tool without one does not compile. */
export const TOOL_FUNCTIONS: { readonly [Name in ToolName]: Tool<Name> } = {
  remember,
  recall,
  ask,
  get,
  trace_lineage: traceLineage,
  forget,
}
