import { partsOf, type TermPart, terms } from './terms.ts'
import { forEachWord, type VisitWord } from './word-scan.ts'

/** Distinct words of a question that are looked up; a longer question keeps its longest, which are the rarest on average. */
export const QUERY_TERMS_MAX = 32

/** What stands among the terms of a text at the end of a sentence, and of one that asks. No term can be spelled like it. */
export const SENTENCE_END = '.'
export const QUESTION_END = '?'

/** How a word that carries no meaning is spelled as a term: it never meets the stem of another word. */
const FUNCTION_WORD_MARK = '.'

/** Who is told of the terms of a text, in their order. */
export interface TermVisitor {
  readonly term: (part: TermPart) => void
  /** A word that says how a sentence is built, not what it is about. */
  readonly functionWord: (part: TermPart) => void
  readonly sentenceEnd: (isQuestion: boolean) => void
}

/** Who is told of the words of a text, in their order, by their places in it. */
export interface WordVisitor {
  readonly word: VisitWord
  readonly sentenceEnd: (isQuestion: boolean) => void
}

/**
 * The terms of a text as indexes and ranking see them: those of `terms`, in order, with the ends of sentences between
 * them. The end of the text ends a sentence of which nothing is told, unless it asks.
 */
export function visitTerms(text: string, { term, functionWord, sentenceEnd }: TermVisitor): void {
  visitWords(text, {
    word: (start, end) => {
      for (const part of partsOf(text.slice(start, end))) {
        if (part.isStop) functionWord(part)
        else term(part)
      }
    },
    sentenceEnd,
  })
}

/** The words that `visitTerms` takes apart, for who knows already what they come to. */
export function visitWords(text: string, { word, sentenceEnd }: WordVisitor): void {
  let behind = 0
  let hasBegun = false
  forEachWord(text, (start, end, hash) => {
    if (hasBegun && (start - behind > 1 || text.charCodeAt(behind) !== SPACE)) {
      const ending = endingIn(text, behind, start)
      if (ending !== NO_ENDING) sentenceEnd(ending === ASKED)
    }
    hasBegun = true
    behind = end
    word(start, end, hash)
  })
  if (hasBegun && endingIn(text, behind, text.length) === ASKED) sentenceEnd(true)
}

const NO_ENDING = 0
const ENDED = 1
const ASKED = 2
const [FULL_STOP, LINE_FEED, SPACE] = [0x2e, 0x0a, 0x20]
const QUESTION_MARKS: ReadonlySet<number> = new Set([...'?？؟'].map((mark) => mark.charCodeAt(0)))
const TERMINATORS: ReadonlySet<number> = new Set([...'!！。…'].map((mark) => mark.charCodeAt(0)))
/** At the beginning of a line these begin a unit of its own: heading, item, quotation, table row. */
const LINE_MARKS: ReadonlySet<number> = new Set([...'#-*>|'].map((mark) => mark.charCodeAt(0)))
/** Of a longer gap only the beginning is read: a page of dashes ends one sentence. */
const GAP_MAX = 64

/** What ends between two words. A full stop within a name (`index.ts`, `3.14`) ends nothing. */
function endingIn(text: string, from: number, to: number): number {
  let ending = NO_ENDING
  let feeds = 0
  for (let at = from; at < Math.min(to, from + GAP_MAX); at++) {
    const code = text.charCodeAt(at)
    if (QUESTION_MARKS.has(code)) return ASKED
    if (code === LINE_FEED) feeds++
    const endsUnit = feeds > 1 || (feeds > 0 && LINE_MARKS.has(code))
    if (endsUnit || TERMINATORS.has(code) || (code === FULL_STOP && at + 1 < to)) ending = ENDED
  }
  return ending
}

/** The terms of a text with the marks of `SENTENCE_END` and `QUESTION_END`, and its words without meaning, each once. */
export function indexTerms(text: string): { readonly terms: string[]; readonly functionWords: ReadonlySet<string> } {
  const found: string[] = []
  const functionWords = new Set<string>()
  visitTerms(text, {
    term: ({ stemmed }) => found.push(stemmed),
    functionWord: (part) => functionWords.add(functionTerm(part)),
    sentenceEnd: (isQuestion) => found.push(isQuestion ? QUESTION_END : SENTENCE_END),
  })
  return { terms: found, functionWords }
}

/** The term a word without meaning is looked up by. */
export const functionTerm = ({ plain }: Pick<TermPart, 'plain'>): string => FUNCTION_WORD_MARK + plain

/**
 * The distinct terms that a question is looked up by, at most `QUERY_TERMS_MAX`. Words that carry no meaning count only
 * where there are no others.
 */
export function queryTerms(text: string): string[] {
  const meaningful = new Set(terms(text))
  const chosen = meaningful.size > 0 ? meaningful : functionTerms(text)
  if (chosen.size <= QUERY_TERMS_MAX) return [...chosen]
  return [...chosen].sort((left, right) => right.length - left.length).slice(0, QUERY_TERMS_MAX)
}

const functionTerms = (text: string): Set<string> =>
  new Set(terms(text, { stopWords: true, stemmed: false }).map((plain) => functionTerm({ plain })))
