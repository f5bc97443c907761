/** How a sentence stands to what a question asks to be defined. */
export type Standing = 'defines' | 'tells' | 'mentions'

/** Of a question without white space at its ends and with single spaces: nothing in it matches the same text twice. */
const DEFINITION_QUESTION = /^(?:what|who)(?: is| are|'s|’s) (?:an? |the )?(?<subject>[^?]{2,80}?) ?\?*$/iu

/** What a question of the form "what is a …?" asks to be defined, in lower case. */
export const definedSubject = (question: string): string | undefined =>
  DEFINITION_QUESTION.exec(question.trim().replace(/\s+/gu, ' '))?.groups?.subject?.toLowerCase()

const VERB = /^\W{0,6}(?:is|are|means|refers|stands|—|–)(?:\W|$)/iu
const WORD = /[\p{L}\p{N}_]+/gu
const PLURAL = /^s(?![\p{L}\p{N}_])/u
const ENDS_IN_WORD = /[\p{L}\p{N}_]$/u
const BEGINS_IN_WORD = /^[\p{L}\p{N}_]/u
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the'])

/**
 * "A capsule is …" defines a capsule: nothing but an article stands before it, and a defining verb follows. "A capsule may
 * have …" tells of it. In any other place it is only mentioned.
 */
export function standingOf(text: string, subject: string): Standing {
  // One text for all: letters can change their number as they become small.
  const small = text.toLowerCase()
  const at = small.indexOf(subject)
  const [before, after] = [small.slice(0, Math.max(0, at)), small.slice(at + subject.length).replace(PLURAL, '')]
  // Within a longer word it is another word; the first place decides, for what comes later is not the subject.
  if (at < 0 || ENDS_IN_WORD.test(before) || BEGINS_IN_WORD.test(after)) return 'mentions'
  const words = before.match(WORD) ?? []
  const isFirst = words.length === 0 || (words.length === 1 && ARTICLES.has(words[0] ?? ''))
  if (!isFirst) return 'mentions'
  return VERB.test(after) ? 'defines' : 'tells'
}
