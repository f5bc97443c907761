/** One policy of a text. */
export interface PolicyText {
  readonly text: string
  /** Where it begins in the whole, in UTF-16 units. */
  readonly start: number
}

/** What a policy ends at, and what may hold a semicolon that ends none. */
const TOKEN = /;|\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*"?/g
const BLANK = /^(?:\s|\/\/[^\n]*(?:\n|$))*/

/**
 * Cuts a text in Cedar's language into its policies, each with the semicolon that ends it, without blanks and comments before
 * it. What follows the last semicolon is one more, unless it is blank; whether any of them is a policy the parser says.
 */
export function splitPolicies(text: string): readonly PolicyText[] {
  const found: PolicyText[] = []
  let from = 0
  const cut = (end: number): void => {
    const start = from + (BLANK.exec(text.slice(from, end))?.[0].length ?? 0)
    if (start < end) found.push({ text: text.slice(start, end), start })
    from = end
  }
  for (const { 0: token, index } of text.matchAll(TOKEN)) if (token === ';') cut(index + 1)
  cut(text.length)
  return found
}
