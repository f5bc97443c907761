/** Whether a type fits a pattern: `*` stands for one word between dots, `**` for any number of them, none included. */
export const fitsPattern = (type: string, pattern: string): boolean => fits(type.split('.'), pattern.split('.'))

/** A row of a table for each word of the pattern: linear in both, whatever the pattern. */
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
