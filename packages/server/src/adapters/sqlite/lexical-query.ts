import { terms } from '../../domain/capsules/rules/index.ts'

/** Distinct words of a question that are looked up; a longer question keeps its longest, which are the rarest on average. */
export const QUERY_TERMS_MAX = 16

/**
 * The text of an FTS5 query that finds what holds any of the words a person typed; undefined when there are none.
 * Every word stands in quotes, so that nothing in it is an operator. Words that carry no meaning count only where there
 * are no others.
 *
 * @see https://www.sqlite.org/fts5.html#full_text_query_syntax
 */
export function toMatchExpression(text: string): string | undefined {
  const meaningful = wordsOf(text, false)
  const words = meaningful.length > 0 ? meaningful : wordsOf(text, true)
  if (words.length === 0) return undefined
  const chosen =
    words.length <= QUERY_TERMS_MAX
      ? words
      : words.toSorted((left, right) => right.length - left.length).slice(0, QUERY_TERMS_MAX)
  return [...chosen, ...apostrophised(text)].map((word) => `"${word}"`).join(' OR ')
}

/** `O’Brien` is one word to us and two in a row to the tokenizer: asked for as those two as well. */
const apostrophised = (text: string): string[] =>
  [...new Set(text.match(/[\p{L}\p{N}\p{M}]+['’]\p{L}{2,}/gu))].slice(0, QUERY_TERMS_MAX)

const wordsOf = (text: string, stopWords: boolean): string[] => [
  ...new Set(terms(text, { stopWords, stemmed: false }).map((word) => word.replaceAll('"', ''))),
]
