/**
 * A pattern on the type of an event, by its words between dots: `*` stands for one word, `**` for any number of them, none included.
 * `cascade.capsule.*` fits `cascade.capsule.created` and not `cascade.capsule.a.b`.
 */
export const TYPE_PATTERN = /^(?:\*\*|\*|[a-z0-9_-]+)(?:\.(?:\*\*|\*|[a-z0-9_-]+))*$/

/** What tells whether a type fits a pattern, in at most words of the one times words of the other. */
export function compileTypePattern(pattern: string): (type: string) => boolean {
  const parts = pattern.split('.')
  if (!pattern.includes('*')) return (type) => type === pattern
  return (type) => fits(type.split('.'), parts)
}

/** From left to right; where it does not go on, the last `**` takes one word more. */
function fits(words: readonly string[], pattern: readonly string[]): boolean {
  let [word, part] = [0, 0]
  let last: { readonly part: number; word: number } | undefined
  while (word < words.length) {
    const wanted = pattern[part]
    if (wanted === '**') {
      last = { part, word }
      part++
    } else if (wanted !== undefined && (wanted === '*' || wanted === words[word])) {
      word++
      part++
    } else if (last) {
      last.word++
      word = last.word
      part = last.part + 1
    } else return false
  }
  while (pattern[part] === '**') part++
  return part === pattern.length
}
