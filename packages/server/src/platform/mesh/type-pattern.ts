/**
 * A pattern on the type of an event, by its words between dots: `*` stands for one word, `**` for any number of them, none included.
 * `cascade.capsule.*` fits `cascade.capsule.created` and not `cascade.capsule.a.b`.
 */
export const TYPE_PATTERN = /^(?:\*\*|\*|[a-z0-9_-]+)(?:\.(?:\*\*|\*|[a-z0-9_-]+))*$/

/** What tells whether a type fits a pattern: linear in both, whatever the pattern. */
export function compileTypePattern(pattern: string): (type: string) => boolean {
  const parts = pattern.split('.')
  return (type) => fits(type.split('.'), parts)
}

/** A row of a table for each word of the pattern. */
function fits(words: readonly string[], pattern: readonly string[]): boolean {
  let reached: boolean[] = [true, ...words.map(() => false)]
  for (const part of pattern) {
    const next: boolean[] = []
    for (let at = 0; at <= words.length; at++) {
      const isTaken = at > 0 && (part === '*' || part === words[at - 1]) && reached[at - 1] === true
      next.push(part === '**' ? reached[at] === true || (at > 0 && next[at - 1] === true) : isTaken)
    }
    reached = next
  }
  return reached.at(-1) === true
}
