export const NOTHING_FOUND = 'Nothing was found above the threshold.'

/** The quotes as one text, each with the number of its citation. */
export const answerText = (quotes: readonly string[]): string =>
  quotes.length === 0 ? NOTHING_FOUND : quotes.map((text, index) => `${oneLine(text)} [${index + 1}]`).join('\n')

const oneLine = (text: string): string => text.trim().replace(/\s+/gu, ' ')
