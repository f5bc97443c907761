/** Characters of a token on average, as language models count English text; other text has fewer. */
const CHARACTERS_PER_TOKEN = 4

/** About so many tokens a text takes in a language model. */
export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

/** What fits, in its order, and how the answer tells of the rest. */
export interface Fitting<T> {
  readonly fitting: readonly T[]
  readonly notices: readonly string[]
}

/**
 * The items whose texts together take about so many tokens; one that does not fit is passed over, so that a long one
 * does not hide those behind it. All of them without a budget.
 */
export function withinBudget<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  tokensMax: number | undefined,
): Fitting<T> {
  if (tokensMax === undefined) return { fitting: items, notices: [] }
  let left = tokensMax
  const fitting = items.filter((item) => {
    const tokens = tokensOf(textOf(item))
    if (tokens > left) return false
    left -= tokens
    return true
  })
  const missing = items.length - fitting.length
  return {
    fitting,
    notices: missing === 0 ? [] : [`${missing} of ${items.length} found do not fit into ${tokensMax} tokens.`],
  }
}
