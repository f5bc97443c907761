import { basename } from 'node:path'
import { CAPSULE_LIMITS } from '@forge-cascade/contract'
import { sha256Hex } from '#base'
import { fileTitle, type SkippedFile, type SourceLine } from '../../domain/capsules/import/index.ts'
import { byteLines } from './byte-lines.ts'
import { type ChatTurn, linesOf } from './chat-conversation.ts'
import type { RecordFile } from './chat-file.ts'
import { decode } from './file-text.ts'
import {
  type DateOrder,
  orderOf,
  parsePlainHeader,
  parseTimedHeader,
  type TranscriptHeader,
  timeOf,
} from './transcript-header.ts'

/** How the lines of one transcript are to be read. */
interface Manner {
  readonly parse: (line: string) => TranscriptHeader | undefined
  readonly order: DateOrder
}

/** Of a longer line the beginning counts. */
export const LINE_BYTES_MAX = CAPSULE_LIMITS.contentBytesMax + 1024
export const TURNS_MAX = 1_000_000

/**
 * The turns of a transcript, in order. A line that begins no turn belongs to the one before; where one line has a time,
 * only lines with a time begin a turn. Turns are known again by time, speaker and text, and by which of equal ones they
 * are, so a transcript that has grown at either end is not taken in twice.
 */
export async function* readTranscript(
  file: RecordFile,
  turnsMax = TURNS_MAX,
): AsyncGenerator<SourceLine | SkippedFile, void, undefined> {
  const manner = await mannerOf(file)
  const seen = new Map<string, number>()
  const chat = { id: basename(file.name), title: fileTitle(file.name), problems: [] }
  let [index, count] = [0, 0]
  for await (const turn of turnsOf(file, manner)) {
    if (++count > turnsMax) return yield tooMany(file, turnsMax)
    const key = sha256Hex(JSON.stringify([turn.id, turn.speaker, turn.text])).slice(0, 20)
    const again = seen.get(key) ?? 0
    seen.set(key, again + 1)
    yield* linesOf({ ...chat, turns: [{ ...turn, id: `${turn.id} ${turn.speaker} ${again}` }] }, index++)
  }
  if (index === 0)
    yield { kind: 'skipped', path: file.name, reason: 'no line of it is one of a transcript (`Name: text`)' }
}

const tooMany = ({ name }: RecordFile, turnsMax: number): SkippedFile => ({
  kind: 'skipped',
  path: name,
  reason: `at most ${turnsMax} turns of a transcript are read; the rest is not`,
})

async function mannerOf(file: RecordFile): Promise<Manner> {
  let [isTimed, order]: [boolean, DateOrder | undefined] = [false, undefined]
  for await (const line of linesIn(file)) {
    const header = parseTimedHeader(line)
    if (!header) continue
    isTimed = true
    order ??= orderOf(header.when)
    if (order !== undefined) break
  }
  return { parse: isTimed ? parseTimedHeader : parsePlainHeader, order: order ?? 'day-first' }
}

async function* turnsOf(file: RecordFile, { parse, order }: Manner): AsyncGenerator<ChatTurn, void, undefined> {
  let open: { readonly header: TranscriptHeader; readonly speaker: string; lines: string[]; length: number } | undefined
  const close = (): ChatTurn[] => {
    const text = open?.lines.join('\n').trim() ?? ''
    if (!open || text === '') return []
    const { header, speaker } = open
    return [{ id: header.when, speaker, text, at: timeOf(header.when, order) }]
  }
  for await (const line of linesIn(file)) {
    const header = parse(line)
    if (header) {
      yield* close()
      const { speaker, text } = header
      open = speaker === undefined ? undefined : { header, speaker, lines: [text], length: text.length }
    } else if (open && open.length <= CAPSULE_LIMITS.contentBytesMax) {
      open.lines.push(line)
      open.length += line.length + 1
    }
  }
  yield* close()
}

async function* linesIn(file: RecordFile): AsyncGenerator<string, void, undefined> {
  for await (const bytes of byteLines(file.read(), LINE_BYTES_MAX)) yield decode(bytes) ?? Buffer.from(bytes).toString()
}

const LINES_LOOKED_AT = 50

/** True when most of the first lines begin a turn. */
export function looksLikeTranscript(beginning: string): boolean {
  const lines = beginning.split(/\r?\n/, LINES_LOOKED_AT).filter((line) => line.trim() !== '')
  const timed = lines.filter((line) => parseTimedHeader(line)).length
  const plain = lines.filter((line) => parsePlainHeader(line)).length
  return timed >= 2 ? timed * 4 >= lines.length : plain >= 2 && plain * 3 >= lines.length * 2
}
