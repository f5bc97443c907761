import type { AnswerOf } from '@forge-cascade/contract'
import { AGENT_LIMITS, capsuleUri, type ToolInput } from '@forge-cascade/contract/agents'
import { sourceInWords } from '../../source-in-words.ts'
import type { ToolCall } from '../connection.ts'
import { recorded } from '../recorded-text.ts'
import { fitting } from '../token-budget.ts'
import type { Tool } from '../tool-answer.ts'

/** Reads a capsule, and as much of its text as fits from `start` on. */
export const get: Tool<'get'> = async (input, call) => {
  const capsule = await read(input, call)
  const { id, version, title, content, valid_from, status } = capsule
  const { start, end } = fitting(content, input.start, input.max_tokens)
  const [uri, text, where] = [capsuleUri(id, version), content.slice(start, end), sourceInWords(capsule.source)]
  const { effective_trust: trust, effective_trust_level: trust_level, type, tags, category, licence } = capsule
  const { identity, lane, fold, created_at, valid_to } = capsule
  const next_start = end < content.length ? end : null
  const parents = capsule.parents.slice(0, AGENT_LIMITS.parentsMax).map(({ changes: _diff, ...parent }) => parent)
  const about = { type, status, tags, category, licence, identity, lane, fold, created_at, valid_to, parents }
  const piece = { id, version, uri, title, trust, trust_level, valid_from, where }
  return {
    structured: { ...piece, ...about, text, start, end, length: content.length, next_start },
    text: [
      `${type}, ${status.toLowerCase()}, version ${version}, ${tags.length} tags, ${capsule.parents.length} parents.`,
      ...recorded(
        [{ facts: { uri, title, trust: `${trust} ${trust_level}`, valid_from, valid_to, source: where }, text }],
        call.mark([text]),
      ),
      next_start === null ? '' : `The text goes on: call get with start ${next_start} (of ${content.length}).`,
    ],
    links: [{ id, version, title }],
  }
}

const read = ({ id, version }: ToolInput<'get'>, { perform }: ToolCall): Promise<AnswerOf<'getCapsule'>> =>
  version === undefined ? perform('getCapsule', { params: { id } }) : perform('getVersion', { params: { id, version } })
