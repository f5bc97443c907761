import { escapeText } from './markdown-text.ts'
import { collapsed, visible } from './plain-text.ts'

/** A piece of text on a page, in the order in which it was drawn. */
export interface PdfPiece {
  readonly text: string
  /** Of its left lower corner, in points from that of the page. */
  readonly x: number
  readonly y: number
  /** Of the type, in points. */
  readonly size: number
  readonly endsLine: boolean
}

export interface PdfLine {
  readonly text: string
  readonly y: number
  readonly size: number
}

/** Share of the size by which pieces of one line may be higher or lower: a footnote mark, an index. */
const SHIFT_MAX = 0.6

/** The lines of a page. */
export function toLines(pieces: readonly PdfPiece[]): PdfLine[] {
  const lines: PdfLine[] = []
  let open: PdfPiece[] = []
  const close = (): void => {
    const line = joinPieces(open)
    if (line.text !== '') lines.push(line)
    open = []
  }
  for (const piece of pieces) {
    const last = open.findLast(({ text }) => text.trim() !== '')
    if (last && piece.text.trim() !== '' && Math.abs(last.y - piece.y) > SHIFT_MAX * Math.max(last.size, piece.size))
      close()
    open.push(piece)
    if (piece.endsLine) close()
  }
  close()
  return lines
}

/** A line is as large as most of its text. */
function joinPieces(pieces: readonly PdfPiece[]): PdfLine {
  const text = collapsed(visible(pieces.map((piece) => piece.text).join(''))).trim()
  const largest = pieces.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a), NOTHING)
  return { text, y: largest.y, size: largest.size }
}

const NOTHING: PdfPiece = { text: '', x: 0, y: 0, size: 0, endsLine: true }
const weightOf = ({ text }: PdfPiece): number => text.trim().length

/** Pages of which a heading or footer must be on more than half to be one. */
const REPEATS_MIN = 3
/** Lines at either edge of a page that are looked at. */
const EDGE = 2

/** Without what stands at the edge of most pages, numbers aside: titles, dates, page numbers. */
export function withoutMargins(pages: readonly (readonly PdfLine[])[]): readonly (readonly PdfLine[])[] {
  const counts = new Map<string, number>()
  for (const lines of pages)
    for (const key of new Set(edgesOf(lines).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1)
  const isMargin = (line: PdfLine): boolean => {
    const count = counts.get(keyOf(line)) ?? 0
    return count >= REPEATS_MIN && count > pages.length / 2
  }
  return pages.map((lines) => {
    const edges = new Set(edgesOf(lines).filter(isMargin))
    return lines.filter((line) => !edges.has(line))
  })
}

/** A page of few lines has no margins, whatever repeats on it. */
const edgesOf = (lines: readonly PdfLine[]): PdfLine[] =>
  lines.length > 2 * EDGE ? [...lines.slice(0, EDGE), ...lines.slice(-EDGE)] : []
const keyOf = ({ text }: PdfLine): string => text.replace(/\d+/g, '#').toLowerCase()

export type PdfBlock =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph' | 'item'; readonly text: string }

const HEADING = { growthMin: 1.12, lengthMax: 200, levelsMax: 4 } as const
/** Lines further apart than this share of their size are of two paragraphs. */
const LEADING_MAX = 1.75
const BULLET = /^[•◦▪●○■‣∙·–]\s+/u

/** Paragraphs, items and headings: what is set larger than most of the text. */
export function toBlocks(pages: readonly (readonly PdfLine[])[]): PdfBlock[] {
  const levels = headingLevels(pages.flat())
  return pages.flatMap((lines) => groupLines(lines).map((group) => toBlock(group, levels)))
}

/** Level of a heading of each size that is one: the largest is the first. */
function headingLevels(lines: readonly PdfLine[]): ReadonlyMap<number, number> {
  const characters = new Map<number, number>()
  for (const { text, size } of lines) {
    characters.set(halves(size), (characters.get(halves(size)) ?? 0) + text.length)
  }
  const [body = 0] = [...characters].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])
  const larger = [...characters.keys()].filter((size) => size >= body * HEADING.growthMin).sort((a, b) => b - a)
  return new Map(larger.map((size, index) => [size, Math.min(index + 1, HEADING.levelsMax)]))
}

const halves = (size: number): number => Math.round(size * 2) / 2

function groupLines(lines: readonly PdfLine[]): PdfLine[][] {
  const groups: PdfLine[][] = []
  for (const line of lines) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group && last && goesOn(last, line)) group.push(line)
    else groups.push([line])
  }
  return groups
}

function goesOn(last: PdfLine, line: PdfLine): boolean {
  const gap = last.y - line.y
  const size = Math.max(last.size, line.size)
  return halves(last.size) === halves(line.size) && gap > -size && gap <= LEADING_MAX * size && !BULLET.test(line.text)
}

function toBlock(group: readonly PdfLine[], levels: ReadonlyMap<number, number>): PdfBlock {
  const text = joinLines(group.map((line) => line.text))
  const level = levels.get(halves(group[0]?.size ?? 0))
  if (level !== undefined && text.length <= HEADING.lengthMax && /\p{L}/u.test(text))
    return { kind: 'heading', level, text: escapeText(text) }
  return BULLET.test(text)
    ? { kind: 'item', text: escapeText(text.replace(BULLET, '')) }
    : { kind: 'paragraph', text: escapeText(text) }
}

/** A word that was cut at the end of a line is one again. */
const joinLines = (lines: readonly string[]): string =>
  lines.reduce((text, line) =>
    /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line) ? text.slice(0, -1) + line : `${text} ${line}`,
  )
