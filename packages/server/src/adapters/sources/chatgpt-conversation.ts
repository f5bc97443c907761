import type { ChatConversation, ChatTurn } from './chat-conversation.ts'
import { isObject, type JsonObject, toList, toObject, toText, toTime } from './chat-value.ts'

type Nodes = ReadonlyMap<string, JsonObject>

/** Who says something to somebody; `system` and `tool` talk to the model. */
const SPEAKERS: ReadonlySet<unknown> = new Set(['user', 'assistant'])
/** The reasoning of a model, settings and what tools gave back are no turns. */
const KINDS: ReadonlySet<unknown> = new Set(['text', 'multimodal_text'])

export const isChatgptConversation = (value: unknown): value is JsonObject => isObject(value) && isObject(value.mapping)

/**
 * The branch of a conversation that was open last: from `current_node` up to the first message. Other branches (answers
 * that were made anew, questions that were asked again) are left out.
 */
export function readChatgptConversation(value: JsonObject, fallbackId: string): ChatConversation {
  const nodes: Nodes = new Map(Object.entries(toObject(value.mapping)).map(([id, node]) => [id, toObject(node)]))
  const { branch, problem } = branchOf(nodes, toText(value.current_node) ?? newestLeaf(nodes))
  const turns = branch.flatMap(([id, node]) => toTurn(id, toObject(node.message), toTime(value.create_time)))
  return {
    id: toText(value.conversation_id) ?? toText(value.id) ?? fallbackId,
    title: toText(value.title),
    turns,
    problems: problem === undefined ? [] : [problem],
  }
}

interface Branch {
  /** The first message first. */
  readonly branch: readonly (readonly [string, JsonObject])[]
  readonly problem?: string
}

function branchOf(nodes: Nodes, leaf: string | undefined): Branch {
  const branch = new Map<string, JsonObject>()
  let id = leaf
  while (id !== undefined) {
    const node = nodes.get(id)
    if (branch.has(id)) return upwards(branch, 'its messages go round in a circle; each of them is taken in once')
    if (!node) return upwards(branch, 'a message that others answer is missing; those after it are taken in')
    branch.set(id, node)
    id = toText(node.parent)
  }
  return upwards(branch)
}

const upwards = (branch: ReadonlyMap<string, JsonObject>, problem?: string): Branch => ({
  branch: [...branch].reverse(),
  ...(problem === undefined ? {} : { problem }),
})

/** Where the export does not say which branch was open: the one that ends last. */
function newestLeaf(nodes: Nodes): string | undefined {
  const parents = new Set([...nodes.values()].map(({ parent }) => parent))
  let [newest, newestAt]: [string | undefined, number] = [undefined, Number.NEGATIVE_INFINITY]
  for (const [id, node] of nodes) {
    const at = toTime(toObject(node.message).create_time) ?? 0
    if (!parents.has(id) && at >= newestAt) [newest, newestAt] = [id, at]
  }
  return newest
}

function toTurn(id: string, message: JsonObject, begunAt: number | undefined): ChatTurn[] {
  const { role } = toObject(message.author)
  const content = toObject(message.content)
  if (!SPEAKERS.has(role) || !KINDS.has(content.content_type) || isHidden(message)) return []
  const text = toList(content.parts).flatMap(textOfPart).join('\n\n')
  if (text.trim() === '') return []
  const model = toText(toObject(message.metadata).model_slug)
  return [
    {
      id,
      speaker: String(role),
      text,
      at: toTime(message.create_time) ?? begunAt,
      ...(model === undefined ? {} : { metadata: { model: model.slice(0, 100).toWellFormed() } }),
    },
  ]
}

/** Not shown to the person, or said to a tool. */
function isHidden({ metadata, recipient, weight }: JsonObject): boolean {
  const isForTool = typeof recipient === 'string' && recipient !== 'all'
  return isForTool || weight === 0 || toObject(metadata).is_visually_hidden_from_conversation === true
}

/** A part is text, or what was said aloud; pictures and files are not in the export's text. */
function textOfPart(part: unknown): readonly string[] {
  const text = toText(part) ?? toText(toObject(part).text)
  return text === undefined ? [] : [text]
}
