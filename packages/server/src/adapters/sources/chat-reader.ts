import { isShallow, JSON_LEVELS_MAX } from '@forge-cascade/contract'
import { canonicalJson, messageOf, sha256Hex } from '#base'
import type { SkippedFile, SourceLine } from '../../domain/capsules/import/index.ts'
import { type ChatConversation, linesOf } from './chat-conversation.ts'
import type { RecordFile } from './chat-file.ts'
import { openRecordFiles } from './chat-files.ts'
import { isChatgptConversation, readChatgptConversation } from './chatgpt-conversation.ts'
import { isClaudeConversation, readClaudeConversation } from './claude-conversation.ts'
import { type JsonElement, JsonElements } from './json-elements.ts'
import { bodyOfRecord } from './json-record.ts'
import { readTranscript } from './transcript-turns.ts'

export type RecordKind = 'chatgpt' | 'claude' | 'transcript' | 'json'
export type RecordItem = SourceLine | SkippedFile

/** Some items, and how far the files were read for them. */
export interface RecordBatch {
  readonly items: readonly RecordItem[]
  readonly bytesRead: number
  readonly bytesTotal: number
}

/** Largest conversation or record, in bytes of JSON; as an object it takes some five times as much memory. */
export const ELEMENT_BYTES_MAX = 32 * 1024 * 1024
const BATCH_ITEMS_MAX = 64
const BATCH_CHARACTERS_MAX = 1_000_000

/** Names an element in reports: its file and its number, from 1. */
type Place = `${string}:${number}`

/** What an element of each kind comes to. */
const ELEMENTS: Readonly<
  Record<Exclude<RecordKind, 'transcript'>, (value: unknown, place: Place) => Iterable<RecordItem>>
> = {
  chatgpt: (value, place) =>
    isChatgptConversation(value) ? turns(readChatgptConversation(value, place)) : [notA('conversation', place)],
  claude: (value, place) =>
    isClaudeConversation(value) ? turns(readClaudeConversation(value, place)) : [notA('conversation', place)],
  json: (value, place) => [recordItem(value, place)],
}
/** Lists inside an outermost object that are meant. */
const LISTS: Readonly<Record<Exclude<RecordKind, 'transcript'>, ReadonlySet<string>>> = {
  chatgpt: new Set(['conversations']),
  claude: new Set(['conversations']),
  json: new Set(['documents', 'memories', 'results', 'items']),
}

/**
 * Reads conversations or records from one end to the other, in the order of the files. What cannot be read is an item
 * with its reason. In memory is one element at a time.
 *
 * @throws CascadeError SOURCE_UNREADABLE when there is nothing to read at all.
 */
export async function* readRecords(kind: RecordKind, path: string): AsyncGenerator<RecordBatch, void, undefined> {
  await using found = await openRecordFiles(path)
  const bytesTotal = found.files.reduce((sum, { bytes }) => sum + bytes, 0)
  let [items, characters, bytesRead]: [RecordItem[], number, number] = [[], 0, 0]
  for (const file of found.files) {
    const counted: RecordFile = { ...file, read: () => count(file.read(), (bytes) => (bytesRead += bytes)) }
    for await (const item of itemsOf(kind, counted)) {
      items.push(item)
      characters += 'content' in item && 'text' in item.content ? item.content.text.length : 0
      if (items.length < BATCH_ITEMS_MAX && characters < BATCH_CHARACTERS_MAX) continue
      yield { items, bytesRead, bytesTotal }
      ;[items, characters] = [[], 0]
    }
  }
  yield { items, bytesRead: bytesTotal, bytesTotal }
}

async function* count(
  pieces: AsyncIterable<Uint8Array>,
  add: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    add(piece.byteLength)
    yield piece
  }
}

/** A file that breaks off does not take back what was read of it before. */
async function* itemsOf(kind: RecordKind, file: RecordFile): AsyncGenerator<RecordItem, void, undefined> {
  try {
    yield* kind === 'transcript' ? readTranscript(file) : readElements(kind, file)
  } catch (error) {
    yield { kind: 'skipped', path: file.name, reason: `it cannot be read to its end: ${messageOf(error)}` }
  }
}

async function* readElements(
  kind: Exclude<RecordKind, 'transcript'>,
  file: RecordFile,
): AsyncGenerator<RecordItem, void, undefined> {
  const elements = new JsonElements({ lists: LISTS[kind], elementBytesMax: ELEMENT_BYTES_MAX })
  let number = 0
  for await (const bytes of file.read()) {
    for (const element of elements.push(bytes)) yield* readElement(kind, element, `${file.name}:${++number}`)
  }
  const problem = elements.end()
  if (problem !== undefined) yield { kind: 'skipped', path: file.name, reason: problem }
}

function readElement(
  kind: Exclude<RecordKind, 'transcript'>,
  element: JsonElement,
  place: Place,
): Iterable<RecordItem> {
  if ('unfit' in element) return [skipped(place, element.unfit)]
  try {
    return ELEMENTS[kind](JSON.parse(element.text), place)
  } catch (error) {
    // The engine has a limit of its own for what is in one another.
    if (error instanceof SyntaxError || error instanceof RangeError)
      return [skipped(place, `it cannot be read as JSON: ${messageOf(error)}`)]
    throw error
  }
}

const turns = (conversation: ChatConversation): Iterable<RecordItem> => linesOf(conversation)

function recordItem(value: unknown, place: Place): RecordItem {
  if (!isShallow(value))
    return skipped(place, `its lists and objects are more than ${JSON_LEVELS_MAX} deep in one another`)
  const body = bodyOfRecord(value)
  if (typeof body === 'string') return skipped(place, body)
  return { kind: 'line', path: place, digest: sha256Hex(canonicalJson(value)), content: { text: JSON.stringify(body) } }
}

const skipped = (path: string, reason: string): SkippedFile => ({ kind: 'skipped', path, reason })
const notA = (what: string, place: Place): SkippedFile => skipped(place, `it is no ${what} of this kind of export`)
