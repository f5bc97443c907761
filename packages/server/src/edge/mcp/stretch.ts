import { fitting } from './token-budget.ts'

/** A part of a content, in UTF-16 units. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** How far before the first word found a stretch begins, in UTF-16 units. */
const LEAD = 120

/**
 * The part of a content that answers best within `tokens`: all of it where that fits, else from a little before the place
 * around which most of the words found stand.
 *
 * @param found where the words stand, in ascending order; empty where nothing is known.
 */
export function bestStretch(content: string, found: readonly Stretch[], tokens: number): Stretch {
  const whole = fitting(content, 0, tokens)
  if (whole.end === content.length) return whole
  const densest = findDensest(found, whole.end)
  const start = densest === undefined || densest.end <= whole.end ? 0 : beginningBefore(content, densest.start - LEAD)
  return fitting(content, start, tokens)
}

/** The place that has the most others within `reach` behind it; the first of equals. */
function findDensest(found: readonly Stretch[], reach: number): Stretch | undefined {
  let best: { readonly place: Stretch; readonly count: number } | undefined
  let last = 0
  for (const [index, place] of found.entries()) {
    while (last < found.length && (found[last]?.end ?? 0) <= place.start + reach - LEAD) last += 1
    if (best === undefined || last - index > best.count) best = { place, count: last - index }
  }
  return best?.place
}

/** The beginning of the line that holds a place, or of the word where the line begins further back than a lead. */
function beginningBefore(content: string, place: number): number {
  const at = Math.max(0, place)
  const line = content.lastIndexOf('\n', at) + 1
  if (at - line <= LEAD) return line
  const space = content.indexOf(' ', at)
  return space === -1 || space - at > LEAD ? at : space + 1
}
