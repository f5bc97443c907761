import { softCut, type TextRange } from '../text/text-range.ts'

/** A content up to this length is read as a whole. UTF-16 units, as all lengths here. */
export const WHOLE_LENGTH_MAX = 32 * 1024
const PLACE_LENGTH = 8 * 1024
/** Places of a long content that are read: together as much as of a short one. */
const PLACES_MAX = 4
/** A word may stand in another form than it was asked in; its last letters are not insisted on. */
const ENDING_LENGTH = 2
const ROOT_LENGTH_MIN = 3
/** Terms are without diacritics. */
const MARKS = /[\u0300-\u036f]/g

/**
 * Where to look for the asked terms in a content, in its order: all of it, or those places of a long one that hold most of
 * them. Looks for letters, not for words, which is quick; what is found is read properly afterwards.
 */
export function placesToRead(content: string, asked: readonly string[]): readonly TextRange[] {
  if (content.length <= WHOLE_LENGTH_MAX) return [{ start: 0, end: content.length }]
  const roots = asked.map((term) => term.slice(0, Math.max(ROOT_LENGTH_MIN, term.length - ENDING_LENGTH)))
  const found = places(content).map((place) => ({
    ...place,
    held: rootsIn(content.slice(place.start, place.end), roots),
  }))
  return found
    .filter(({ held }) => held > 0)
    .toSorted((a, b) => b.held - a.held || a.start - b.start)
    .slice(0, PLACES_MAX)
    .toSorted((a, b) => a.start - b.start)
}

function rootsIn(text: string, roots: readonly string[]): number {
  const lower = text.normalize('NFKD').replace(MARKS, '').toLowerCase()
  return roots.filter((root) => lower.includes(root)).length
}

/** The content cut at ends of lines where there are some, else between words. */
function places(content: string): readonly TextRange[] {
  const all: TextRange[] = []
  for (let start = 0; start < content.length; ) {
    const end = content.length - start <= PLACE_LENGTH ? content.length : cut(content, start)
    all.push({ start, end })
    start = end
  }
  return all
}

function cut(content: string, start: number): number {
  const half = start + PLACE_LENGTH / 2
  const feed = content.slice(half, start + PLACE_LENGTH).lastIndexOf('\n')
  return feed < 0 ? softCut(content, start, PLACE_LENGTH) : half + feed + 1
}
