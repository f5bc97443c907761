import type { Hit } from '../search/rank.ts'
import { sentences } from '../text/sentences.ts'
import { terms } from '../text/terms.ts'
import type { TextRange } from '../text/text-range.ts'
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

const SENTENCES_PER_HIT_MAX = 400
/** Longer quotes are cut back to whole lines by the sentence splitter; what is longer still is no quote. */
const QUOTE_LENGTH_MAX = 1200
/** A heading or a fragment of fewer words says too little to be quoted. */
const QUOTE_WORDS_MIN = 4

const SHARE = { coverage: 0.65, hit: 0.2, definition: 0.15 } as const
/** A question word that stands in the title of the capsule is half said already: the title is the sentence's context. */
const TITLE_SHARE = 0.6

/**
 * The sentences of the hits that could be quoted, scored by how much of the question they cover (rare words count more),
 * by the hit they come from, and by whether they define what is asked for.
 */
export function passagesOf(question: string, hits: readonly Hit[]): readonly Passage[] {
  const asked = [...new Set(terms(question))]
  if (asked.length === 0 || hits.length === 0) return []
  const raw = hits.flatMap((hit) => rawPassages(hit, asked))
  const weights = termWeights(asked, raw)
  const top = hits[0]?.score ?? 1
  const subject = definedSubject(question)
  return raw.map((passage) => ({ ...passage, score: scoreOf(passage, weights, top, subject) }))
}

type RawPassage = Omit<Passage, 'score'>

function rawPassages(hit: Hit, asked: readonly string[]): RawPassage[] {
  const { content, type } = hit.capsule
  const isProse = type !== 'code' && type !== 'config'
  const passages: RawPassage[] = []
  for (const range of sentencesToRead(content, asked)) {
    const { start, end } = withoutLooseMarks(content, range)
    const text = content.slice(start, end)
    if (text.length > QUOTE_LENGTH_MAX || isHeading(content, start) || wordsIn(text) < QUOTE_WORDS_MIN) continue
    if (isProse && (FENCE.test(text) || LINK_ALONE.test(text))) continue
    passages.push({ hit, start, end, text, terms: new Set(terms(text)) })
  }
  return passages
}

function sentencesToRead(content: string, asked: readonly string[]): readonly TextRange[] {
  const read = ({ start, end }: TextRange) =>
    sentences(content.slice(start, end)).map((range) => ({ start: start + range.start, end: start + range.end }))
  return placesToRead(content, asked).flatMap(read).slice(0, SENTENCES_PER_HIT_MAX)
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
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

function wordsIn(text: string): number {
  const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  return words.reduce((count, word) => count + (UNSPACED.test(word) ? segmentsIn(word) : 1), 0)
}

const segmentsIn = (word: string): number => [...segmenter.segment(word)].filter(({ isWordLike }) => isWordLike).length

/**
 * Weight of each question term: the rarer among the candidate sentences, the more it says. A term that stands in none of
 * them may be there in other words, so it counts as much as the others do on average. They add up to 1.
 */
function termWeights(asked: readonly string[], passages: readonly RawPassage[]): ReadonlyMap<string, number> {
  const counts = asked.map((term) => passages.filter((passage) => passage.terms.has(term)).length)
  const rarity = counts.map((count) => Math.log(1 + (passages.length + 1) / (count + 0.5)))
  const present = rarity.filter((_, index) => counts[index]! > 0)
  const usual = present.length > 0 ? sum(present) / present.length : 1
  const weights = rarity.map((weight, index) => (counts[index]! > 0 ? weight : usual))
  const total = sum(weights)
  return new Map(asked.map((term, index) => [term, weights[index]! / total]))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** A row says less without the head of its table. */
const TABLE_ROW = /^\s*\|/u
const TABLE_ROW_SHARE = 0.8

function scoreOf(
  passage: RawPassage,
  weights: ReadonlyMap<string, number>,
  top: number,
  subject: string | undefined,
): number {
  const coverage = coverageOf(passage, weights)
  if (coverage === 0) return 0
  const hit = top > 0 ? passage.hit.score / top : 0
  const definition = subject !== undefined && defines(passage.text, subject) ? 1 : 0
  const whole = SHARE.coverage * coverage + coverage * SHARE.hit * hit + SHARE.definition * definition
  return TABLE_ROW.test(passage.text) ? whole * TABLE_ROW_SHARE : whole
}

function coverageOf({ terms: own, hit }: RawPassage, weights: ReadonlyMap<string, number>): number {
  const title = new Set(hit.capsule.title === null ? [] : terms(hit.capsule.title))
  let coverage = 0
  let inSentence = 0
  for (const [term, weight] of weights) {
    if (own.has(term)) {
      coverage += weight
      inSentence += weight
    } else if (title.has(term)) coverage += weight * TITLE_SHARE
  }
  // The title alone does not make a sentence an answer.
  return inSentence > 0 ? coverage : coverage * 0.5
}

/** Of a question without white space at its ends and with single spaces: nothing in it matches the same text twice. */
const DEFINITION_QUESTION = /^(?:what|who)(?: is| are|'s|’s) (?:an? |the )?(?<subject>[^?]{2,80}?) ?\?*$/iu

/** What a question of the form "what is a …?" asks to be defined. */
const definedSubject = (question: string): string | undefined =>
  DEFINITION_QUESTION.exec(question.trim().replace(/\s+/gu, ' '))?.groups?.subject?.toLowerCase()

const VERB = /^\W{0,6}(?:is|are|means|refers|stands|—|–)(?:\W|$)/iu
const WORD = /[\p{L}\p{N}_]+/gu
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the'])

/** True for "A capsule is …": nothing but an article stands before the subject, and a defining verb follows it. */
function defines(text: string, subject: string): boolean {
  const at = text.toLowerCase().indexOf(subject)
  if (at < 0) return false
  const before = text.slice(0, at).toLowerCase().match(WORD) ?? []
  const isFirst = before.length === 0 || (before.length === 1 && ARTICLES.has(before[0] ?? ''))
  return isFirst && VERB.test(text.slice(at + subject.length).replace(/^s\b/u, ''))
}
