import { CAPSULE_LIMITS, type CapsuleCreate } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex, toRfc3339 } from '#base'
import { type SkippedFile, type SourceLine, toLabel } from '../../domain/capsules/import/index.ts'

/** One thing somebody said. */
export interface ChatTurn {
  /** Names the message in its conversation. */
  readonly id: string
  readonly speaker: string
  readonly text: string
  /** Milliseconds since 1970, where it is known. */
  readonly at: number | undefined
  readonly metadata?: CapsuleCreate['metadata']
}

/** What was said in one place, in order. */
export interface ChatConversation {
  readonly id: string
  readonly title: string | undefined
  readonly turns: readonly ChatTurn[]
  /** What is left out of it, and why; turns that nobody said to anybody (hidden ones, those of tools) are not told. */
  readonly problems: readonly string[]
}

/** Longest name of a conversation that is kept as it is. */
const CONVERSATION_ID_LENGTH_MAX = 200
const SPEAKER_LENGTH_MAX = 300

/**
 * Each turn as the body of `POST /v2/capsules`, known again by its conversation, message and text.
 *
 * @param first number of the first turn.
 */
export function* linesOf(
  conversation: ChatConversation,
  first = 0,
): Generator<SourceLine | SkippedFile, void, undefined> {
  const id = nameOf(conversation.id)
  for (const [place, turn] of conversation.turns.entries()) {
    const index = first + place
    const path = `${id}#${index}`
    const text = turn.text.toWellFormed()
    const bytes = Buffer.byteLength(text)
    if (bytes > CAPSULE_LIMITS.contentBytesMax) yield { kind: 'skipped', path, reason: tooLong(bytes) }
    else yield lineOf(path, id, toLabel(conversation.title), index, { ...turn, text })
  }
  for (const [index, reason] of conversation.problems.entries())
    yield { kind: 'skipped', path: index === 0 ? id : `${id}!${index}`, reason }
}

function lineOf(path: string, id: string, title: string | undefined, index: number, turn: ChatTurn): SourceLine {
  const at = turn.at === undefined ? {} : { at: toRfc3339(turn.at) }
  const speaker = toLabel(turn.speaker, SPEAKER_LENGTH_MAX)
  const body: CapsuleCreate = {
    content: turn.text,
    type: 'knowledge',
    ...(title === undefined ? {} : { title }),
    ...(turn.metadata === undefined ? {} : { metadata: turn.metadata }),
    source: { kind: 'chat', conversation: id, index, ...(speaker === undefined ? {} : { speaker }), ...at },
  }
  const digest = sha256Hex(canonicalJson([id, turn.id.toWellFormed(), turn.text]))
  return { kind: 'line', path, digest, content: { text: JSON.stringify(body) } }
}

const tooLong = (bytes: number): string =>
  `the message has ${bytes} bytes; a capsule holds at most ${CAPSULE_LIMITS.contentBytesMax}`

/** One line, short enough for a key. */
function nameOf(id: string): string {
  const label = toLabel(id, CONVERSATION_ID_LENGTH_MAX + 1) ?? ''
  return label === '' || label !== id || label.length > CONVERSATION_ID_LENGTH_MAX
    ? sha256Hex(id.toWellFormed())
    : label
}
