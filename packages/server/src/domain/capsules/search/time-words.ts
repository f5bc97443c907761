const TIME_WORDS: ReadonlySet<string> = new Set(
  `yesterday today tonight tomorrow morning evening night noon last next ago day days week weeks weekend weekends month
  months year years since recently monday tuesday wednesday thursday friday saturday sunday january february march april
  may june july august september october november december`.split(/\s+/u),
)
const NUMBER = /^\d{1,4}(?:st|nd|rd|th)?$/u

/** Words by which a text tells when something was: days, months, "yesterday", "ago", numbers. Lower-case. */
export const isTimeWord = (word: string): boolean => TIME_WORDS.has(word) || NUMBER.test(word)
