import { lazy } from '#base'
import { isStopWord } from './stop-words.ts'
import { rangesBetween, softCut, type TextRange, trimRange } from './text-range.ts'

/** Longer stretches are handed to the segmenter in parts, so that its work stays proportional to the text. */
const STRETCH_MAX = 16_384

// Making one reads the rules of the language, which takes a start ten milliseconds.
const segmenter = lazy(() => new Intl.Segmenter('en', { granularity: 'sentence' }))

/** Words, English and German, whose full stop does not end a sentence (UAX #29 leaves them to the application). */
const ABBREVIATION =
  /(?:^|[\s([])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|e\.g|i\.e|etc|cf|al|approx|Fig|No|Vol|Inc|Ltd|Nr|Abb|Abs|Bd|bzw|ca|evtl|ggf|inkl|usw|vgl|[a-zäöü]\.\s?[a-zA-ZÄÖÜ])\.\s*$/u
/** A letter with a full stop is a word of its own, unless another such letter follows, as in "z. B.". */
const LETTER_BEFORE = /(?:^|[\s([])\p{L}\.\s$/u
const LETTER_AFTER = /^\p{L}\./u
/** A number of one or two digits behind which a full stop may make an ordinal, as in "am 3. März"; not in "Fig. 3.". */
const SMALL_NUMBER = /(?:^|(?<!\p{L}\.)[\s([])\d{1,2}\. $/u
const NEXT_WORD = /^\p{L}+/u
const WORD_LOOKAHEAD = 40
/** Without one of these there is one sentence, and most headings and items have none. */
const ENDS_SENTENCE = /\p{Sentence_Terminal}/u
const ABBREVIATION_LOOKBACK = 12

/** A line that begins a unit of its own: heading, list item, table row, rule. What is matched is not part of it. */
const HEADING = /^[ \t]{0,3}#{1,6}(?:[ \t]+|$)/
const LIST_MARKER = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/
const QUOTE_MARKER = /^[ \t]{0,3}>[ \t]?/
const TABLE_ROW = /^[ \t]{0,3}\|/
const UNDERLINE = /^[ \t]{0,3}(?:=+|-+|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})[ \t]*$/
const TABLE_RULE = /^[ \t]{0,3}\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t:-]*$/
const FENCE = /^[ \t]*(`{3,}|~{3,})/
/** Markers stand at the beginning of a line; the rest of a long line is not looked at. */
const MARKER_LENGTH_MAX = 200

/**
 * The sentences of a Markdown or plain text in order, without white space at their ends (UAX #29 by `Intl.Segmenter`,
 * with common abbreviations and German ordinals). A sentence runs on over soft line breaks, and ends with its paragraph,
 * heading, list item or table row; the marks of headings and list items (`##`, `-`, `1.`) are left out. A fenced code
 * block is one unit.
 */
export function sentences(text: string): TextRange[] {
  const found: TextRange[] = []
  for (const unit of units(text)) {
    if (unit.literal || !ENDS_SENTENCE.test(text.slice(unit.start, unit.end))) pushTrimmed(text, unit, found)
    else segment(text, unit, found)
  }
  return found
}

interface Unit extends TextRange {
  /** True when the unit is not to be cut: code, a table row. */
  readonly literal: boolean
}

/** Paragraphs, headings, items, rows and code blocks: what no sentence crosses. */
function* units(text: string): Generator<Unit> {
  let open: { start: number; literal: boolean } | undefined
  let fence: string | undefined
  for (const line of linesOf(text)) {
    const head = text.slice(line.start, Math.min(line.end, line.start + MARKER_LENGTH_MAX))
    const mark = fence === undefined ? markOf(head) : undefined
    if (fence !== undefined) {
      if (closesFence(head, fence)) fence = undefined
      if (fence !== undefined) continue
      yield { ...open!, end: line.end }
      open = undefined
      continue
    }
    if (mark && open) {
      yield { ...open, end: line.start }
      open = undefined
    }
    fence = mark?.fence
    if (mark?.kind === 'blank') continue
    if (mark?.kind === 'line') yield { start: line.start + mark.length, end: line.end, literal: mark.literal }
    else open ??= { start: line.start + (mark?.length ?? 0), literal: fence !== undefined }
  }
  if (open) yield { ...open, end: text.length }
}

interface Mark {
  /** `line`: a unit of one line. `open`: begins a unit that following lines continue. `blank`: nothing to keep. */
  readonly kind: 'line' | 'open' | 'blank'
  /** Characters of the mark itself. */
  readonly length: number
  readonly literal: boolean
  readonly fence?: string
}

/** What a line begins, if it begins anything; otherwise it continues what is open. */
function markOf(head: string): Mark | undefined {
  if (isEmptyLine(head)) return { kind: 'blank', length: 0, literal: false }
  const fence = FENCE.exec(head)?.[1]
  if (fence) return { kind: 'open', length: 0, literal: true, fence }
  const heading = HEADING.exec(head)
  if (heading) return { kind: 'line', length: heading[0].length, literal: false }
  if (TABLE_ROW.test(head)) return { kind: 'line', length: 0, literal: true }
  const item = LIST_MARKER.exec(head)
  if (item) return { kind: 'open', length: item[0].length, literal: false }
  return undefined
}

const isEmptyLine = (head: string): boolean =>
  head.trim() === '' || UNDERLINE.test(head.trimEnd()) || TABLE_RULE.test(head.trimEnd())

const closesFence = (head: string, fence: string): boolean => {
  const line = head.trim()
  return line.length >= fence.length && line === fence[0]!.repeat(line.length)
}

function* linesOf(text: string): Generator<TextRange> {
  let start = 0
  while (start < text.length) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed + 1
    yield { start, end }
    start = end
  }
}

function segment(text: string, unit: TextRange, found: TextRange[]): void {
  for (const stretch of stretches(text, unit)) {
    // Line ends become spaces of the same length: within a paragraph they separate words, not sentences.
    const flat = text.slice(stretch.start, stretch.end).replace(/[\r\n\u2028\u2029\u0085]/g, ' ')
    const starts = [...segmenter().segment(flat)].map(({ index }) => stretch.start + index)
    for (const sentence of rangesBetween(withoutFalseEnds(text, starts), stretch)) pushTrimmed(text, sentence, found)
  }
}

/** Without the beginnings in front of which a full stop ends a word, not a sentence. */
const withoutFalseEnds = (text: string, starts: readonly number[]): number[] =>
  starts.filter((start, index) => {
    const before = text.slice(Math.max(starts[0]!, start - ABBREVIATION_LOOKBACK), start)
    return (
      index === 0 ||
      !(ABBREVIATION.test(before) || isSplitAbbreviation(before, text, start) || isOrdinal(before, text, start))
    )
  })

const isSplitAbbreviation = (before: string, text: string, at: number): boolean =>
  LETTER_BEFORE.test(before) && LETTER_AFTER.test(text.slice(at, at + WORD_LOOKAHEAD))

const isOrdinal = (before: string, text: string, at: number): boolean =>
  SMALL_NUMBER.test(before) && namesAThing(text, at)

/** True where a word stands that may follow an ordinal: all but those that build English sentences, such as "Then". */
function namesAThing(text: string, at: number): boolean {
  const word = NEXT_WORD.exec(text.slice(at, at + WORD_LOOKAHEAD))?.[0]
  return word !== undefined && !isStopWord(word.toLowerCase())
}

/** Parts of bounded length, cut at white space where there is some. */
function* stretches(text: string, { start, end }: TextRange): Generator<TextRange> {
  let from = start
  while (end - from > STRETCH_MAX) {
    const to = softCut(text, from, STRETCH_MAX)
    yield { start: from, end: to }
    from = to
  }
  yield { start: from, end }
}

function pushTrimmed(text: string, range: TextRange, found: TextRange[]): void {
  const trimmed = trimRange(text, range)
  const quoted = QUOTE_MARKER.exec(text.slice(trimmed.start, Math.min(trimmed.end, trimmed.start + MARKER_LENGTH_MAX)))
  const sentence = quoted ? trimRange(text, { start: trimmed.start + quoted[0].length, end: trimmed.end }) : trimmed
  if (sentence.end > sentence.start) found.push(sentence)
}
