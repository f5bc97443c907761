import { lazy } from '#base'
import type { Hit } from '../search/rank.ts'
import { sentences } from '../text/sentences.ts'
import { terms } from '../text/terms.ts'
import type { TextRange } from '../text/text-range.ts'
import { type AskedTerm, askedTerms, degreeOf } from './asked-term.ts'
import { definedSubject, type Standing, standingOf } from './definition.ts'
import { placesToRead } from './places.ts'

/** A sentence of a hit that may answer the question. Offsets are UTF-16 units of the capsule's content. */
export interface Passage {
  readonly hit: Hit
  readonly start: number
  readonly end: number
  readonly text: string
  readonly terms: ReadonlySet<string>
  /** 0-1. */
  readonly score: number
}

export const SENTENCES_PER_HIT_MAX = 400
/** Longer quotes are cut back to whole lines by the sentence splitter; what is longer still is no quote. */
export const QUOTE_LENGTH_MAX = 1200
/** A heading or a fragment of fewer words says too little to be quoted. */
const QUOTE_WORDS_MIN = 4

const SHARE = { coverage: 0.65, hit: 0.2, definition: 0.15 } as const
const DEFINITION_SHARE: Readonly<Record<Standing, number>> = { defines: 1, tells: 0.5, mentions: 0 }
/** Where something defines what is asked for, what only mentions it is hardly an answer. */
const MENTION_SHARE = 0.6
/** A question word that stands in the title of the capsule is half said already: the title is the sentence's context. */
const TITLE_SHARE = 0.6

/**
 * The sentences of the hits that could be quoted, scored by how much of the question they cover (rare words count more),
 * by the hit they come from, and by whether they define what is asked for.
 */
export function passagesOf(question: string, hits: readonly Hit[]): readonly Passage[] {
  const asked = askedTerms(question)
  if (asked.length === 0 || hits.length === 0) return []
  const raw = hits.flatMap((hit) => rawPassages(hit, asked))
  const weights = termWeights(asked, raw)
  const standings = standingsOf(question, raw)
  const isDefined = standings?.includes('defines') ?? false
  return raw.map((passage, at) => {
    const standing = standings?.[at] ?? 'mentions'
    const score = scoreOf(passage, weights) + SHARE.definition * DEFINITION_SHARE[standing]
    return { ...passage, score: isDefined && standing === 'mentions' ? score * MENTION_SHARE : score }
  })
}

/** Nothing where the question does not ask for a definition. */
function standingsOf(question: string, passages: readonly RawPassage[]): readonly Standing[] | undefined {
  const subject = definedSubject(question)
  return subject === undefined ? undefined : passages.map(({ text }) => standingOf(text, subject))
}

type RawPassage = Omit<Passage, 'score'>

function rawPassages(hit: Hit, asked: readonly AskedTerm[]): RawPassage[] {
  const { content, type } = hit.capsule
  const isProse = type !== 'code' && type !== 'config'
  const comments = isProse ? commentsIn(content) : []
  const passages: RawPassage[] = []
  const wanted = asked.flatMap(({ term, compound }) => (compound ? [term, compound.joined] : [term]))
  for (const range of sentencesToRead(content, wanted)) {
    const { start, end } = withoutLooseMarks(content, range)
    const text = content.slice(start, end)
    if (text.length > QUOTE_LENGTH_MAX || isHeading(content, start) || isFragment(text, content)) continue
    if (isProse && (FENCE.test(text) || LINK_ALONE.test(text) || isTableHead(content, text, end))) continue
    if (comments.some((comment) => comment.start < end && start < comment.end)) continue
    passages.push({ hit, start, end, text, terms: new Set(terms(text)) })
  }
  return passages
}

/** Too short to say anything by itself, unless it is all that the capsule says. */
const isFragment = (text: string, content: string): boolean =>
  wordsIn(text) < QUOTE_WORDS_MIN && text.length < content.trim().length

function sentencesToRead(content: string, asked: readonly string[]): readonly TextRange[] {
  const read = ({ start, end }: TextRange) =>
    sentences(content.slice(start, end)).map((range) => ({ start: start + range.start, end: start + range.end }))
  return placesToRead(content, asked).flatMap(read).slice(0, SENTENCES_PER_HIT_MAX)
}

const COMMENT_BEGIN = '<!--'
const COMMENT_END = '-->'

/** What Markdown shows to nobody; a comment without an end reaches to the end of the text. */
function commentsIn(content: string): readonly TextRange[] {
  const found: TextRange[] = []
  for (let start = content.indexOf(COMMENT_BEGIN); start >= 0; ) {
    const close = content.indexOf(COMMENT_END, start + COMMENT_BEGIN.length)
    const end = close < 0 ? content.length : close + COMMENT_END.length
    found.push({ start, end })
    start = content.indexOf(COMMENT_BEGIN, end)
  }
  return found
}

/** A block of code or a diagram shows something; it says nothing. */
const FENCE = /^\s*(?:```|~~~)/u
/** A pointer to another page is no answer by itself. */
const LINK_ALONE = /^\s*\[[^\]]{0,300}\]\([^)\s]{0,300}\)[.,;]?\s*$/u
const LOOSE_MARKS = /^\s*\*\*\s+/u

/** Where bold text ends at the sentence before, its closing marks belong to that one. */
function withoutLooseMarks(content: string, range: { readonly start: number; readonly end: number }) {
  const marks = LOOSE_MARKS.exec(content.slice(range.start, range.end))
  return marks ? { start: range.start + marks[0].length, end: range.end } : range
}

/** The splitter leaves a heading's marks outside its range, so they are looked for in front of it. */
function isHeading(content: string, start: number): boolean {
  const line = content.slice(content.lastIndexOf('\n', start - 1) + 1, start)
  return /^\s{0,3}#{1,6}\s+$/.test(line)
}

/**
 * Scripts that put no space between words. What stands between two spaces is a word in the others, so that `a-b.c` is one;
 * the segmenter would count three.
 */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
// Making one reads the rules of the language, which takes a start ten milliseconds.
const segmenter = lazy(() => new Intl.Segmenter('en', { granularity: 'word' }))

function wordsIn(text: string): number {
  const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  return words.reduce((count, word) => count + (UNSPACED.test(word) ? segmentsIn(word) : 1), 0)
}

const segmentsIn = (word: string): number =>
  [...segmenter().segment(word)].filter(({ isWordLike }) => isWordLike).length

/**
 * Weight of each question term: the rarer among the candidate sentences, the more it says. A term that stands in none of
 * them may be there in other words, so it counts as much as the others do on average. They add up to 1.
 */
function termWeights(asked: readonly AskedTerm[], passages: readonly RawPassage[]): ReadonlyMap<AskedTerm, number> {
  const counts = asked.map(
    (term) => passages.filter((passage) => degreeOf(term, passage.text, passage.terms) === 1).length,
  )
  const rarity = counts.map((count) => Math.log(1 + (passages.length + 1) / (count + 0.5)))
  const present = rarity.filter((_, index) => counts[index]! > 0)
  const usual = present.length > 0 ? sum(present) / present.length : 1
  const weights = rarity.map((weight, index) => (counts[index]! > 0 ? weight : usual))
  const total = sum(weights)
  return new Map(asked.map((term, index) => [term, weights[index]! / total]))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const TABLE_RULE = /^[^\n]{0,3}\n[ \t]{0,3}\|?[ \t]{0,3}:?-{3,200}:?[ \t]{0,3}\|/u

/** Characters behind a row in which a rule is looked for. */
const TABLE_RULE_REACH = 300
/** The names of columns say nothing without their rows. */
const isTableHead = (content: string, text: string, end: number): boolean =>
  TABLE_ROW.test(text) && TABLE_RULE.test(content.slice(end, end + TABLE_RULE_REACH))

/** A row says less without the head of its table. */
const TABLE_ROW = /^\s*\|/u
const TABLE_ROW_SHARE = 0.8

function scoreOf(passage: RawPassage, weights: ReadonlyMap<AskedTerm, number>): number {
  const coverage = coverageOf(passage, weights)
  if (coverage === 0) return 0
  const whole = coverage * (SHARE.coverage + SHARE.hit * Math.min(1, passage.hit.score))
  return TABLE_ROW.test(passage.text) ? whole * TABLE_ROW_SHARE : whole
}

function coverageOf({ terms: own, text, hit }: RawPassage, weights: ReadonlyMap<AskedTerm, number>): number {
  const title = new Set(hit.capsule.title === null ? [] : terms(hit.capsule.title))
  let coverage = 0
  let inSentence = 0
  for (const [term, weight] of weights) {
    const said = degreeOf(term, text, own)
    const titled = TITLE_SHARE * degreeOf(term, hit.capsule.title ?? '', title)
    coverage += weight * Math.max(said, titled)
    inSentence += weight * said
  }
  // The title alone does not make a sentence an answer.
  return inSentence > 0 ? coverage : coverage * 0.5
}
