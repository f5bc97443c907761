const PLAIN = /^[\w@%+=:,./-]+$/
/** What a terminal would act on instead of showing, line ends included. */
const HOSTILE = /[\p{Cc}\p{Bidi_Control}]/u

/**
 * A word as a POSIX shell reads it back, whatever it holds. Characters that a terminal would obey are written as escapes
 * in `$'…'`, which bash, zsh and ksh read, and every shell by POSIX.1-2024.
 */
export function quoteForShell(word: string): string {
  if (PLAIN.test(word)) return word
  return HOSTILE.test(word) ? `$'${[...word].map(escaped).join('')}'` : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function escaped(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`
  if (!HOSTILE.test(character)) return character
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
