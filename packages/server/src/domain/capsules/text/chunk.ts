import { codeSections } from './code-sections.ts'
import { markdownSections } from './markdown-sections.ts'
import type { Section } from './section.ts'
import { splitBlocks } from './split-range.ts'
import { type TextRange, trimLines, weigh } from './text-range.ts'

export type DocumentKind = 'markdown' | 'text' | 'code'

/** A part of a document that is worth finding by itself. */
export interface Chunk {
  /**
   * Where it stands, the same in every version that keeps its heading or symbol: `# Guide/## Install`, `class Store`.
   * Unique in its document: repeats and further parts of one section end in ` (2)`, ` (3)`, …
   */
  readonly place: string
  /** The heading or symbol for people. */
  readonly title: string
  /** UTF-16 offsets into the document exactly as given, end exclusive. */
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface ChunkOptions {
  /** Words that neighbouring parts are joined up to. */
  readonly wordsTarget?: number
  /** Words above which a section, or a block within it, is cut. */
  readonly wordsMax?: number
}

/** A section below this many words seldom answers anything by itself: it joins its neighbour. */
const SMALL_WORDS = 100
/** A heading with hardly anything under it. */
const BARE_WORDS = 30
/** Larger Markdown is read as plain text: its tree of blocks would take more memory than its content is worth. */
const MARKDOWN_CHARS_MAX = 4 * 1024 * 1024

const SECTIONS: Readonly<Record<DocumentKind, (text: string, wordsMax: number) => Section[]>> = {
  markdown: (text, wordsMax) =>
    text.length > MARKDOWN_CHARS_MAX ? textSections(text) : markdownSections(text, wordsMax),
  text: textSections,
  code: codeSections,
}

/**
 * Cuts a document along its structure into chunks of about 200 to 400 words: by heading or symbol, then paragraph, then
 * sentence or line, and between characters only where there is no seam. Small neighbouring sections under one parent
 * are joined; fenced code stays whole unless it is too large by itself. Chunks do not overlap, and each character that
 * is not white space lies in exactly one. A blank document has none.
 */
export function chunkDocument(text: string, kind: DocumentKind, options: ChunkOptions = {}): Chunk[] {
  const { wordsTarget = 300, wordsMax = 400 } = options
  const placeOf = uniquePlaces()
  return joinSmall(text, SECTIONS[kind](text, wordsMax), wordsTarget).flatMap(({ path, title, blocks }) =>
    splitBlocks(text, blocks, { target: wordsTarget, max: wordsMax })
      .map((piece) => trimLines(text, piece))
      .filter(({ start, end }) => end > start)
      .map(({ start, end }) => ({ place: placeOf(path.join('/')), title, start, end, text: text.slice(start, end) })),
  )
}

function textSections(text: string): Section[] {
  return [{ path: ['text'], title: '', blocks: [{ start: 0, end: text.length, literal: false }] }]
}

interface Group extends Section {
  readonly weight: number
}

/** A section joins the group before it when both fit a chunk and belong together. */
function joinSmall(text: string, sections: readonly Section[], target: number): Section[] {
  const groups: Group[] = []
  for (const section of sections) {
    const weight = weigh(text, spanOf(section))
    const last = groups.at(-1)
    const joined = last && join(last, { ...section, weight }, target)
    if (joined) groups[groups.length - 1] = joined
    else groups.push({ ...section, weight })
  }
  return groups
}

function join(group: Group, next: Group, target: number): Group | undefined {
  if (group.alone || next.alone) return undefined
  const [blocks, weight] = [group.blocks.concat(next.blocks), group.weight + next.weight]
  if (isBareTitle(group, next)) return { ...next, blocks, weight }
  return weight <= target && belongTogether(group, next) ? { ...group, blocks, weight } : undefined
}

/** A bare title is no chunk: it opens the section below it, which keeps its own place. */
const isBareTitle = (group: Group, next: Group): boolean =>
  group.weight < BARE_WORDS && next.weight >= SMALL_WORDS && startsWith(next.path, group.path)

/** A subsection goes with its heading; siblings go together when one of them is small. */
function belongTogether(group: Group, next: Group): boolean {
  if (startsWith(next.path, group.path)) return true
  const siblings = startsWith(next.path, group.path.slice(0, -1)) && next.path.length >= group.path.length
  return siblings && Math.min(group.weight, next.weight) < SMALL_WORDS
}

const startsWith = (path: readonly string[], beginning: readonly string[]): boolean =>
  beginning.every((label, index) => path[index] === label)

const spanOf = ({ blocks }: Section): TextRange => ({ start: blocks[0]!.start, end: blocks.at(-1)!.end })

/** Gives each place once: the first as it is, others with an ordinal that no heading has taken. */
function uniquePlaces(): (place: string) => string {
  const taken = new Set<string>()
  const ordinals = new Map<string, number>()
  return (place) => {
    let [candidate, ordinal] = [place, ordinals.get(place) ?? 1]
    while (taken.has(candidate)) candidate = `${place} (${++ordinal})`
    ordinals.set(place, ordinal)
    taken.add(candidate)
    return candidate
  }
}
