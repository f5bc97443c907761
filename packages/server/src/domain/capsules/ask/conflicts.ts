import { overlap } from './overlap.ts'
import type { Passage } from './passage.ts'

export interface Conflict {
  /** Numbers of the quotes, from 1. */
  readonly citations: readonly [number, number]
  readonly reason: string
}

/** Sentences that share at least so many of their words speak of the same thing. */
const SAME_MATTER = 0.5
const NEGATION = /\b(?:not|never|no|none|cannot|without|neither|nor|n['’]t)\b|n['’]t\b/iu
const NUMBER = /\d+(?:[.,:/-]\d+)*/gu

/**
 * Quotes from different capsules that speak of the same thing and disagree: one denies what the other says, or they give
 * different numbers. Found by words alone, so it is a hint to look, not a verdict.
 */
export function findConflicts(quotes: readonly Passage[]): readonly Conflict[] {
  const conflicts: Conflict[] = []
  for (const [i, a] of quotes.entries()) {
    for (const [offset, b] of quotes.slice(i + 1).entries()) {
      const reason = disagreement(a, b)
      if (reason !== undefined) conflicts.push({ citations: [i + 1, i + 2 + offset], reason })
    }
  }
  return conflicts
}

/** Why two passages cannot both be right; nothing where they can. */
export function disagreement(a: Passage, b: Passage): string | undefined {
  if (a.hit.capsule.id === b.hit.capsule.id || overlap(wordsOf(a), wordsOf(b)) < SAME_MATTER) return undefined
  if (NEGATION.test(a.text) !== NEGATION.test(b.text)) return 'One denies what the other says.'
  const [x, y] = [numbersIn(a.text), numbersIn(b.text)]
  if (x.size > 0 && y.size > 0 && x.isDisjointFrom(y))
    return `They give different numbers: ${[...x].join(', ')} and ${[...y].join(', ')}.`
  return undefined
}

const wordsOf = ({ terms }: Passage): ReadonlySet<string> => new Set([...terms].filter((term) => !/^\d/.test(term)))
const numbersIn = (text: string): ReadonlySet<string> => new Set(text.match(NUMBER) ?? [])
