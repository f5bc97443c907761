/** Longer names are not compared: the table below grows with the product of both lengths. */
const NAME_LENGTH_MAX = 100

/**
 * The candidate a person most likely meant: one whose last part is the name, else the nearest by edits with at most a
 * third of its letters wrong. Undefined when nothing is near.
 */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > NAME_LENGTH_MAX) return undefined
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    if (candidate.endsWith(`.${name}`)) return candidate
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && distance < (best?.distance ?? Infinity))
      best = { candidate, distance }
  }
  return best?.candidate
}

/** Insertions, deletions and replacements that turn `a` into `b` (Levenshtein), with two rows of the table. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
