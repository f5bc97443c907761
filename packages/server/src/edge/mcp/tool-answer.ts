import { capsuleUri, type ToolInput, type ToolName, type ToolOutput } from '@forge-cascade/contract/agents'
import type { ToolCall } from './connection.ts'

/** A resource that an answer leads to. */
export interface CapsuleLink {
  readonly id: string
  readonly version: string
  readonly title: string | null
}

/** What a tool answers: the same twice, for programs and as text. */
export interface ToolAnswer<Name extends ToolName> {
  readonly structured: ToolOutput<Name>
  readonly text: readonly string[]
  readonly links?: readonly CapsuleLink[]
}

/** Carries out a call whose arguments have the tool's shape. */
export type Tool<Name extends ToolName> = (input: ToolInput<Name>, call: ToolCall) => Promise<ToolAnswer<Name>>

export const CONTENT_TYPE = 'text/plain'

/** A link as MCP has it. */
export const resourceLink = ({ id, version, title }: CapsuleLink) =>
  ({
    type: 'resource_link',
    uri: capsuleUri(id, version),
    name: title ?? `capsule ${id}`,
    mimeType: CONTENT_TYPE,
  }) as const
