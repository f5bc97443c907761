import { createSeeded } from '../../../platform/store/testing.ts'
import type { VersionText } from '../lexical/index.ts'

/** Words from common to rare. */
export const INDEX_WORDS: readonly string[] = Array.from({ length: 90 }, (_, rank) => `w${rank}x`)

/** What a version says: the same in whichever process asks. */
export function textOfVersion(version: number): VersionText {
  const random = createSeeded(version * 7919)
  const words = (most: number): string =>
    Array.from({ length: Math.floor(random() * most) }, () => INDEX_WORDS[Math.floor(random() ** 3 * 90)]).join(' ')
  return { version, capsule: version, title: words(3), tags: [words(2)], content: words(40) }
}
