import { compoundsIn } from '../text/compounds.ts'
import { QUERY_TERMS_MAX } from '../text/index-terms.ts'
import { isStopWord } from '../text/stop-words.ts'
import { terms } from '../text/terms.ts'
import { type DateMention, datesIn } from './dates.ts'

/** A question as ranking reads it. Plain data: it is handed to a store's threads. */
export interface Question {
  /** As it was asked. */
  readonly text: string
  /** What is looked for: the question without the names of its speakers, and with its compounds. */
  readonly words: string
  /** Speakers of what is searched that the question names, as the capsules spell them. */
  readonly speakers: readonly string[]
  readonly dates: readonly DateMention[]
  /** True where the answer is a time. */
  readonly asksWhen: boolean
}

/** A name that a question uses, and the speaker it means. */
export interface NamedSpeaker {
  /** As it stands in the question: the whole name or its first word. */
  readonly name: string
  readonly speaker: string
}

const WHEN =
  /^\W*(?:when|how long|(?:(?:in|on|at|since) )?(?:what|which) (?:dates?|days?|months?|years?|times?|weeks?))\b/iu

export function readQuestion(text: string, named: readonly NamedSpeaker[] = []): Question {
  const unnamed = named.reduce((words, { name }) => words.replaceAll(spellings(name), ' '), text)
  const words = terms(unnamed).length > 0 ? unnamed : text
  return {
    text,
    words: [words, ...compoundsIn(words).map(({ joined }) => joined)].join(' '),
    speakers: [...new Set(named.map(({ speaker }) => speaker))],
    dates: datesIn(text),
    asksWhen: WHEN.test(text),
  }
}

/**
 * The question as the person it names would ask it: who speaks says "I" and "my". In a conversation the answer is
 * seldom near to a question that speaks of its speaker by name.
 */
export const inFirstPerson = (text: string, named: readonly NamedSpeaker[]): string =>
  named.reduce((words, { name }) => words.replaceAll(owned(name), 'my').replaceAll(spellings(name), 'I'), text)

const quoted = (name: string): string => name.replace(/[.*+?^${}()|[\]\\/-]/gu, '\\$&')
const owned = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${quoted(name)}(?:['’]s|(?<=s)['’])(?![\\p{L}\\p{N}])`, 'gu')
const spellings = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${quoted(name)}(?:['’]s?)?(?![\\p{L}\\p{N}])`, 'gu')

/** Names looked up for one question. */
const NAMES_MAX = 16
const NAME = /\p{Lu}[\p{L}\p{M}'’-]*/gu

/** Words of a question that may be a name: those with a capital, sentence beginnings included. */
export function namesIn(text: string): readonly string[] {
  const words = (text.match(NAME) ?? []).map((word) => word.replace(/['’]s?$/u, ''))
  return [...new Set(words)].filter((word) => !isStopWord(word.toLowerCase().replace(/['’]/gu, ''))).slice(0, NAMES_MAX)
}

/** The terms of a question that carry meaning, in its order, each once; of many the longest, which are the rarest. */
export function questionTerms({ words }: Pick<Question, 'words'>): readonly string[] {
  const all = [...new Set(terms(words))]
  if (all.length <= QUERY_TERMS_MAX) return all
  const longest = new Set(all.toSorted((a, b) => b.length - a.length).slice(0, QUERY_TERMS_MAX))
  return all.filter((term) => longest.has(term))
}
