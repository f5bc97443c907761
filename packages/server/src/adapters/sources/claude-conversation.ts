import type { ChatConversation, ChatTurn } from './chat-conversation.ts'
import { isObject, type JsonObject, toList, toObject, toText, toTime } from './chat-value.ts'

const SPEAKERS: ReadonlySet<unknown> = new Set(['human', 'assistant'])
const ATTACHMENTS_NAMED_MAX = 50
const NAME_LENGTH_MAX = 300

export const isClaudeConversation = (value: unknown): value is JsonObject =>
  isObject(value) && Array.isArray(value.chat_messages)

/** A conversation in the order of its messages: what was said, without the model's reasoning and its calls of tools. */
export function readClaudeConversation(value: JsonObject, fallbackId: string): ChatConversation {
  const begunAt = toTime(value.created_at)
  return {
    id: toText(value.uuid) ?? fallbackId,
    title: toText(value.name),
    turns: toList(value.chat_messages).flatMap((message, index) => toTurn(toObject(message), index, begunAt)),
    problems: [],
  }
}

function toTurn(message: JsonObject, index: number, begunAt: number | undefined): ChatTurn[] {
  const { sender } = message
  const text = textOf(message)
  if (!SPEAKERS.has(sender) || text === undefined) return []
  const attachments = namesOf(message)
  return [
    {
      id: toText(message.uuid) ?? String(index),
      speaker: String(sender),
      text,
      at: toTime(message.created_at) ?? begunAt,
      ...(attachments.length === 0 ? {} : { metadata: { attachments: [...attachments] } }),
    },
  ]
}

/** The blocks of text, else the whole as one. */
function textOf({ content, text }: JsonObject): string | undefined {
  const blocks = toList(content)
    .map(toObject)
    .filter(({ type }) => type === 'text')
    .flatMap((block) => toText(block.text) ?? [])
  return blocks.length > 0 ? blocks.join('\n\n') : toText(text)
}

/** Names of what was sent along; what it held is no part of the turn. */
const namesOf = ({ attachments, files }: JsonObject): readonly string[] =>
  [...toList(attachments), ...toList(files)]
    .flatMap((file) => toText(toObject(file).file_name) ?? [])
    .slice(0, ATTACHMENTS_NAMED_MAX)
    .map((name) => name.slice(0, NAME_LENGTH_MAX).toWellFormed())
