import { CascadeError } from '#base'

/** What a capsule's ETag is made of: content by its version, everything else by its revision. */
export interface Tagged {
  readonly version: string
  readonly revision: number
}

/** The strong entity tag of a capsule as it is now. @see RFC 9110 section 8.8.3 */
export const entityTag = ({ version, revision }: Tagged): string => `"${version}-${revision}"`

/** The tags of an `If-Match` or `If-None-Match`: all there are, or those listed. */
export type TagCondition = { readonly kind: 'all' } | { readonly kind: 'listed'; readonly tags: readonly ListedTag[] }

interface ListedTag {
  readonly weak: boolean
  /** With its quotes. */
  readonly tag: string
}

export const TAGS_MAX = 100
const ONE = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")$/

/**
 * Reads `*` or a list of entity tags.
 *
 * @throws CascadeError VALIDATION_FAILED for anything else, and for more than 100 tags.
 */
export function parseTagCondition(header: string, name: 'if-match' | 'if-none-match'): TagCondition {
  const text = header.trim()
  if (text === '*') return { kind: 'all' }
  const parts = text.split(',').flatMap((part) => part.trim() || [])
  const tags = parts
    .map((part) => ONE.exec(part))
    .map((match) => match && { weak: match[1] !== undefined, tag: match[2]! })
  if (parts.length === 0 || parts.length > TAGS_MAX || tags.includes(null)) throw malformed(name)
  return { kind: 'listed', tags: tags.filter((tag) => tag !== null) }
}

/** Strong comparison, for `If-Match`: a weak tag never matches. @see RFC 9110 section 8.8.3.2 */
export const matchesStrongly = (condition: TagCondition, tag: string): boolean =>
  condition.kind === 'all' || condition.tags.some((listed) => !listed.weak && listed.tag === tag)

/** Weak comparison, for `If-None-Match`. */
export const matchesWeakly = (condition: TagCondition, tag: string): boolean =>
  condition.kind === 'all' || condition.tags.some((listed) => listed.tag === tag)

const malformed = (name: string): CascadeError =>
  new CascadeError('VALIDATION_FAILED', `The header ${name} is no entity tag, list of entity tags or *.`, {
    errors: [{ pointer: `#/header/${name}`, code: 'invalid_format', message: 'such as "1.2.0-3", with its quotes' }],
  })
