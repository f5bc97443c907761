import { saltedDigest } from '#base'
import type { Leaf } from './leaf.ts'

/** What an entry tells of a version of a capsule that was written: which one, and the salted digests of what it says. */
export interface ToldContent {
  readonly id: string
  readonly version: string
  readonly content: string
  readonly title: string | undefined
}

/** What a store has of such a version. */
export interface StoredContent {
  readonly content: string
  readonly title: string | null
  readonly digestKey: Uint8Array
  /** Where the content and its key went: a version that is elsewhere says nothing here. */
  readonly gone: 'erased' | 'archived' | undefined
}

/** Versions of capsules, by what was found of them. */
export interface ContentCounts {
  /** What they say gives the digest that was recorded. */
  readonly verified: number
  readonly erased: number
  readonly archived: number
}

/** Some entries of the log, with what is stored of the versions that they tell of. */
export interface ContentSlice {
  /** The entry after the last that was looked at. */
  readonly next: number
  readonly counts: ContentCounts
  /** The first version that is not as it was recorded; nothing after it was looked at. */
  readonly fault?: { readonly index: number; readonly reason: string }
}

export const NO_CONTENTS: ContentCounts = { verified: 0, erased: 0, archived: 0 }

export const addContents = (one: ContentCounts, other: ContentCounts): ContentCounts => ({
  verified: one.verified + other.verified,
  erased: one.erased + other.erased,
  archived: one.archived + other.archived,
})

const CAPSULE = 'capsule/'

/** What an entry tells of a version; undefined for one that tells of none. */
export function toldContent({ category, subject, digests, payload }: Leaf): ToldContent | undefined {
  const { content, title } = digests
  if (category !== 'capsule' || content === undefined || !subject.startsWith(CAPSULE)) return undefined
  return { id: subject.slice(CAPSULE.length), version: String(payload.version), content, title }
}

/** What is stored of a version that was told of, held against its digests: where it is, or what is wrong with it. */
export function findContent(
  told: ToldContent,
  found: StoredContent | undefined,
): { readonly at: keyof ContentCounts } | { readonly fault: string } {
  if (!found) return { fault: 'is missing' }
  if (found.gone) return found.content === '' ? { at: found.gone } : { fault: `is ${found.gone}, and says something` }
  const { digestKey, content, title } = found
  if (saltedDigest(digestKey, content) !== told.content) return { fault: 'says something else than was recorded' }
  const titled = title === null ? undefined : saltedDigest(digestKey, title)
  return titled === told.title ? { at: 'verified' } : { fault: 'has another title than was recorded' }
}

/** What is wrong with a version, for people. */
export const contentFault = (
  { id, version }: ToldContent,
  index: number,
  fault: string,
): Required<Pick<ContentSlice, 'fault'>> => ({
  fault: { index, reason: `entry ${index}: version ${version} of ${CAPSULE}${id} ${fault}` },
})
