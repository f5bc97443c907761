import { terms } from '../../domain/capsules/rules/index.ts'
import type { IndexedText } from './staged-effects.ts'

/**
 * Where the tokenizer of FTS5 sees one word and a reader sees several: a change of case inside an identifier, and
 * scripts without spaces.
 */
const NEEDS_SPLITTING =
  /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** What FTS5 gets to read of a text: the text itself, or its words already taken apart. */
export const toIndexable = (text: string): string =>
  NEEDS_SPLITTING.test(text) ? terms(text, { stopWords: true, stemmed: false }).join(' ') : text

export function toIndexedText(title: string | null, tags: readonly string[], content: string): IndexedText {
  return {
    title: title === null ? '' : toIndexable(title),
    tags: tags.length === 0 ? '' : toIndexable(tags.join(' ')),
    content: toIndexable(content),
  }
}
