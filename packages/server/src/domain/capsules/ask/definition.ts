/** How a sentence stands to what a question asks to be defined. */
export type Standing = 'defines' | 'tells' | 'mentions'

/** Of a question without white space at its ends and with single spaces: nothing in it matches the same text twice. */
const DEFINITION_QUESTION = /^(?:what|who)(?: is| are|'s|’s) (?:an? |the )?(?<subject>[^?]{2,80}?) ?\?*$/iu

/** What a question of the form "what is a …?" asks to be defined, in lower case. */
export const definedSubject = (question: string): string | undefined =>
  DEFINITION_QUESTION.exec(question.trim().replace(/\s+/gu, ' '))?.groups?.subject?.toLowerCase()

const VERB = /^\W{0,6}(?:is|are|means|refers|stands|—|–)(?:\W|$)/iu
const WORD = /[\p{L}\p{N}_]+/gu
const PLURAL = /^s\b/u
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the'])

/**
 * "A capsule is …" defines a capsule: nothing but an article stands before it, and a defining verb follows. "A capsule may
 * have …" tells of it. In any other place it is only mentioned.
 */
export function standingOf(text: string, subject: string): Standing {
  const at = text.toLowerCase().indexOf(subject)
  if (at < 0) return 'mentions'
  const before = text.slice(0, at).toLowerCase().match(WORD) ?? []
  const isFirst = before.length === 0 || (before.length === 1 && ARTICLES.has(before[0] ?? ''))
  if (!isFirst) return 'mentions'
  return VERB.test(text.slice(at + subject.length).replace(PLURAL, '')) ? 'defines' : 'tells'
}
