import { stem } from './stem.ts'
import { isStopWord } from './stop-words.ts'
import { forEachWord } from './word-scan.ts'

/** A term and where it stands: UTF-16 offsets into the text as given, end exclusive. */
export interface TermRange {
  readonly term: string
  readonly start: number
  readonly end: number
}

export interface TermOptions {
  /** Keep "the", "of", "and"; by default they are left out. */
  readonly stopWords?: boolean
  /** False leaves every word in the form it was written in. */
  readonly stemmed?: boolean
}

/** A longer word is a hash, a key or an attack; its first letters stand for it. */
const TERM_LENGTH_MAX = 64
/** Of a longer identifier only the beginning is split. */
const IDENTIFIER_LENGTH_MAX = 1024
/** Words of everyday text repeat: their parts are worked out once. Of two tables of so many, the older goes when one is full. */
const MEMORY_WORDS_MAX = 50_000

/** The places where an identifier changes case: `HTTPServer` → `HTTP` `Server`, `userId2` → `user` `Id2`. */
const PART = /\p{Lu}+(?!\p{Ll})[\p{N}\p{M}]*|\p{Lu}?[^\p{Lu}]+|\p{Lu}/gu
const MARKS = /[\u0300-\u036f]/g
const POSSESSIVE = /['’]s$/
/** Scripts that put no space between words; two neighbouring characters are a term there. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const SIMPLE = /^[a-z0-9]+$/

/** A word or a part of one. */
export interface TermPart {
  /** Lower-case, without diacritics, not stemmed. */
  readonly plain: string
  readonly stemmed: string
  readonly isStop: boolean
  /** Offsets within the word. */
  readonly start: number
  readonly end: number
}

let memory = new Map<string, readonly TermPart[]>()
let olderMemory = new Map<string, readonly TermPart[]>()

/**
 * The words of a text in the spelling in which they are matched: lower-case, NFKC, without diacritics, stemmed, stop
 * words left out. Identifiers count as their parts and as a whole (`getUserName` → get, user, name, getusernam), so
 * `GitHub` is found by `github` and by `hub`. Words of scripts without spaces count as pairs of characters.
 */
export function terms(text: string, options: TermOptions = {}): string[] {
  return termRanges(text, options).map(({ term }) => term)
}

/** As `terms`, with the place of each, for highlighting. Parts of an identifier lie within the whole. */
export function termRanges(text: string, { stopWords = false, stemmed = true }: TermOptions = {}): TermRange[] {
  const found: TermRange[] = []
  forEachWord(text, (from, to) => {
    for (const part of partsOf(text.slice(from, to))) {
      if (part.isStop && !stopWords) continue
      found.push({ term: stemmed ? part.stemmed : part.plain, start: from + part.start, end: from + part.end })
    }
  })
  return found
}

/** A word and the parts of an identifier, the whole last; the same objects for the same word as long as it is remembered. */
export function partsOf(word: string): readonly TermPart[] {
  const known = memory.get(word)
  if (known !== undefined) return known
  const parts = olderMemory.get(word) ?? takeApart(word)
  if (word.length <= TERM_LENGTH_MAX) remember(word, parts)
  return parts
}

const takeApart = (word: string): readonly TermPart[] =>
  SIMPLE.test(word) ? [toPart(word, 0, word.length)] : splitWord(word).filter(({ plain }) => plain !== '')

function remember(word: string, parts: readonly TermPart[]): void {
  if (memory.size >= MEMORY_WORDS_MAX) {
    olderMemory = memory
    memory = new Map()
  }
  memory.set(word, parts)
}

function splitWord(word: string): TermPart[] {
  if (UNSPACED.test(word)) return pairs(word)
  const bare = word.slice(0, IDENTIFIER_LENGTH_MAX).replace(POSSESSIVE, '')
  const pieces = [...bare.matchAll(PART)]
  const parts = pieces.map(({ 0: piece, index }) => toPart(piece, index, index + piece.length))
  if (parts.length > 1) parts.push(toPart(bare, 0, bare.length))
  return parts
}

function pairs(word: string): TermPart[] {
  const characters = [...word]
  let at = 0
  const starts = characters.map((character) => {
    at += character.length
    return at - character.length
  })
  if (characters.length === 1) return [toPart(word, 0, word.length)]
  return characters.slice(1).map((second, index) => {
    const start = starts[index]!
    return toPart(characters[index]! + second, start, start + characters[index]!.length + second.length)
  })
}

function toPart(piece: string, start: number, end: number): TermPart {
  const plain = plainSpelling(piece.slice(0, TERM_LENGTH_MAX))
  return { plain, stemmed: stem(plain), isStop: isStopWord(plain), start, end }
}

const plainSpelling = (piece: string): string =>
  SIMPLE.test(piece)
    ? piece
    : piece.normalize('NFKC').toLowerCase().normalize('NFD').replace(MARKS, '').replace(/['’]/g, '').normalize('NFC')
