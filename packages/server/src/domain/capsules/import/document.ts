import { CAPSULE_LIMITS, type CapsuleType } from '@forge-cascade/contract'
import { chunkDocument, type DocumentKind } from '../text/chunk.ts'
import { parseFrontMatter } from '../text/front-matter.ts'
import { lineStarts } from '../text/text-range.ts'
import { type TextTraits, traitsOf } from '../use-cases/draft.ts'
import { fileTitle, ownTitle } from './document-title.ts'
import { inlineTags } from './vault-note.ts'

/** What a file says about itself, and the parts it is found by. */
export interface DocumentText {
  readonly traits: TextTraits
  readonly title: string
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** Empty when the document is one piece. */
  readonly chunks: readonly DocumentChunk[]
}

export interface DocumentChunk {
  readonly place: string
  readonly title: string
  readonly heading: string
  readonly text: string
  /** From 1, inclusive. */
  readonly startLine: number
  readonly endLine: number
}

/** More parts than this make one command too large; such a text is cut by length instead, which gives fewer. */
export const DOCUMENT_CHUNKS_MAX = 1000

export interface DocumentRequest {
  readonly path: string
  readonly text: string
  readonly type: CapsuleType
  readonly structure: DocumentKind
  /** Those that the import gives to all documents. */
  readonly tags: readonly string[]
  /** True for a note of a vault, whose text has tags in it. */
  readonly isVault?: boolean
}

/** Port: reads documents, long ones without holding up the thread that asks. */
export interface DocumentReader extends AsyncDisposable {
  /** @throws CascadeError UNPROCESSABLE for a text that cannot be cut, UNAVAILABLE once the reader is closed. */
  read(request: DocumentRequest): Promise<DocumentText>
}

/** Reads what a document says about itself and cuts it into parts: about 0.2 µs a character, at worst 1 µs. */
export function readDocument({ path, text, type, structure, tags, isVault }: DocumentRequest): DocumentText {
  const { data, bodyStart } =
    structure === 'markdown' ? parseFrontMatter(text) : { data: {} as Record<string, unknown>, bodyStart: 0 }
  const { title: givenTitle, tags: givenTags, ...metadata } = data
  const heading = structure === 'markdown' ? ownTitle(text.slice(bodyStart)) : undefined
  const inText = isVault && structure === 'markdown' ? inlineTags(text.slice(bodyStart)) : []
  // The name of a program's file is its name with the ending.
  const name = structure === 'code' ? path.slice(path.lastIndexOf('/') + 1) : fileTitle(path)
  const title = toLabel(givenTitle) ?? toLabel(heading) ?? toLabel(name) ?? path
  const fits = Buffer.byteLength(JSON.stringify(metadata)) <= CAPSULE_LIMITS.metadataBytesMax
  return {
    traits: traitsOf({ content: text, type }),
    title,
    tags: mergeTags([...readTags(givenTags), ...inText, ...tags]),
    metadata: fits ? metadata : {},
    chunks: cut(text, structure, bodyStart, title),
  }
}

function cut(text: string, structure: DocumentKind, bodyStart: number, title: string): readonly DocumentChunk[] {
  const all = chunkDocument(text, structure)
  const found = all.length <= DOCUMENT_CHUNKS_MAX ? all : chunkDocument(text, 'text')
  // Front matter is in the metadata and in the document; by itself it answers nothing.
  const chunks = found.filter(({ end }) => bodyStart === 0 || end > bodyStart)
  if (chunks.length < 2) return []
  const starts = lineStarts(text)
  return chunks.map((chunk) => ({
    place: chunk.place,
    title: titleOf(title, chunk.title),
    heading: chunk.title,
    text: chunk.text,
    startLine: lineAt(starts, chunk.start),
    endLine: lineAt(starts, chunk.end - 1),
  }))
}

const titleOf = (title: string, heading: string): string =>
  toLabel(heading && heading !== title ? `${title} › ${heading}` : title) ?? title

/** Number of the line, from 1, that holds the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle
  }
  return low + 1
}

/** One line without control characters, as titles and tags are; nothing when nothing is left. */
export function toLabel(given: unknown, lengthMax: number = CAPSULE_LIMITS.titleLengthMax): string | undefined {
  if (typeof given !== 'string' && typeof given !== 'number') return undefined
  const line = String(given)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return line === '' ? undefined : line.slice(0, lengthMax).toWellFormed().trim()
}

/** `tags: [a, b]`, or `tags: a, b`; a leading # as in Obsidian is no part of the tag. */
function readTags(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  return typeof given === 'string' ? given.split(/[,\s]+/) : []
}

function mergeTags(given: readonly unknown[]): readonly string[] {
  const tags = given.flatMap((tag) => {
    const label = toLabel(tag, CAPSULE_LIMITS.tagLengthMax)?.replace(/^#+/, '')
    return label ? [label] : []
  })
  return [...new Set(tags)].slice(0, CAPSULE_LIMITS.tagsMax)
}
