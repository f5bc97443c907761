import { type AnswerOf, CAPSULE_LIMITS } from '@forge-cascade/contract'
import { capsuleUri, type ToolInput } from '@forge-cascade/contract/agents'
import { CascadeError, isCascadeError } from '#base'
import { scopeOf, type ToolCall } from '../connection.ts'
import type { Tool } from '../tool-answer.ts'

type Input = ToolInput<'remember'>
type Written = AnswerOf<'createCapsule'>
type Head = AnswerOf<'getCapsule'>

const OUTCOMES = {
  created: 'Remembered',
  existing: 'Known already; nothing was added',
  updated: 'Remembered as the next version',
} as const

/** Adds a capsule, or a version to the one that is named, in the name of the agent. */
export const remember: Tool<'remember'> = async (input, call) => {
  const written = await (input.replaces === undefined ? create(input, call) : replace(input, input.replaces, call))
  const { id, version, receipt, effective_trust: trust, effective_trust_level: trust_level } = written
  const uri = capsuleUri(id, version)
  const { outcome, near_duplicates } = receipt
  return {
    structured: { outcome, id, version, uri, trust, trust_level, near_duplicates },
    text: [
      `${OUTCOMES[outcome]}: ${uri} (trust ${trust} ${trust_level}).`,
      ...near_duplicates.map(({ id: other, similarity }) => `${percent(similarity)} alike: ${capsuleUri(other)}`),
    ],
    links: [{ id, version, title: written.title }],
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

const create = (input: Input, call: ToolCall): Promise<Written> => {
  const { content, title, type, tags, parents, valid_from } = input
  const body = { content, title, type, tags, parents, valid_from, source: call.author, ...scopeOf(call, input) }
  return call.perform('createCapsule', { body })
}

/** The version that was read must still be the newest: nothing that the agent has not seen is replaced. */
async function replace(
  { content, title, tags, parents, valid_from }: Input,
  { id, version }: NonNullable<Input['replaces']>,
  call: ToolCall,
): Promise<Written> {
  const head = await call.perform('getCapsule', { params: { id } })
  if (head.version !== version)
    throw new CascadeError(
      'REVISION_MISMATCH',
      `Version ${version} of ${id} was read, and ${head.version} is the newest. Get it and look what has changed.`,
    )
  const reason = `Replaced by ${call.author.name}`.slice(0, CAPSULE_LIMITS.reasonLengthMax)
  const body = { content, title, tags, parents, valid_from, source: call.author, reason }
  const ifMatch = `"${head.version}-${head.revision}"`
  try {
    return await call.perform('updateCapsule', { params: { id }, body, ifMatch })
  } catch (error) {
    if (!isCascadeError(error) || error.code !== 'OUTCOME_UNKNOWN') throw error
    return settle(await call.perform('getCapsule', { params: { id } }), head, content, error)
  }
}

/** Whether a version was written of which nobody could tell: it is the head then, with this very text. */
function settle(now: Head, before: Head, content: string, unknown: CascadeError): Written {
  if (now.version === before.version || now.content !== content) throw unknown
  const { id, version } = now
  const receipt = { command_id: '', outcome: 'updated' as const, id, version, sequence: -1, near_duplicates: [] }
  return { ...now, receipt }
}
