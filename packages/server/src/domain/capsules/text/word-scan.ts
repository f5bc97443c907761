/** What is written as one word: letters, marks and digits, and what stands behind an apostrophe in it. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*/gu
const APOSTROPHE = 0x27
const BLANK = 0x20
const ASCII_END = 0x80
const HASH_BASIS = 0x811c9dc5 | 0
const HASH_FACTOR = 0x01000193
const OTHER = 0
const DIGIT = 1
const LETTER = 2

const KINDS = Uint8Array.from({ length: ASCII_END }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[0-9]/.test(character)) return DIGIT
  return /[A-Za-z]/.test(character) ? LETTER : OTHER
})

/** @param hash of the units of the word, for tables of words. */
export type VisitWord = (start: number, end: number, hash: number) => void

/**
 * Calls `visit` with the place of each word of a text, in order. The letters of English are told apart by a table, which
 * takes a fraction of the time; of a word with other characters an expression decides, with the same answer.
 */
export function forEachWord(text: string, visit: VisitWord): void {
  const { length } = text
  let at = 0
  while (at < length) {
    let code = text.charCodeAt(at)
    if (code < ASCII_END && KINDS[code] === OTHER) {
      at++
      continue
    }
    let [end, hash] = [at, HASH_BASIS]
    while (code < ASCII_END && KINDS[code] !== OTHER) {
      hash = Math.imul(hash ^ code, HASH_FACTOR)
      code = ++end < length ? text.charCodeAt(end) : BLANK
    }
    if (code === APOSTROPHE || code >= ASCII_END) {
      end = endOfWord(text, end)
      // A mark or a letter of another script may go on with the word.
      if (end < 0) {
        at = visitNext(text, at, visit)
        continue
      }
      hash = hashOf(text, at, end)
    }
    visit(at, end, hash)
    at = end
  }
}

/** FNV-1a over the units of a word. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string, start: number, end: number): number {
  let hash = HASH_BASIS
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), HASH_FACTOR)
  return hash
}

/** The end of the word whose first letters and digits end at `behind`; -1 when a character outside of ASCII touches it. */
function endOfWord(text: string, behind: number): number {
  let at = text.charCodeAt(behind) >= ASCII_END ? -1 : behind
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

/** Visits the first word from `from` on, of whichever characters; where the text goes on behind it. */
function visitNext(text: string, from: number, visit: VisitWord): number {
  WORD.lastIndex = from
  const match = WORD.exec(text)
  if (match === null) return text.length
  const end = match.index + match[0].length
  visit(match.index, end, hashOf(text, match.index, end))
  return end
}
