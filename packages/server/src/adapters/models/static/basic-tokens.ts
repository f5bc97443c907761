/**
 * Splits a text as BERT's uncased models do before their word pieces: control characters go, accents go, letters are
 * lower-cased; each sign of punctuation and each Chinese character stands alone.
 *
 * @see Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019, and the tokenizer published with it.
 */
export function basicTokens(text: string): string[] {
  return split(isAscii(text) ? text : normalized(text))
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text)

/** NUL, the replacement character and everything of the category Other but tab and line ends. */
const CONTROL = /(?![\t\n\r])[\p{C}\ufffd]/gu
/** The blocks of Chinese characters of the reference, which are fewer than those of the script Han. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu
const ACCENT = /\p{Mn}/gu

function normalized(text: string): string {
  const spaced = text.replace(CONTROL, '').replace(CHINESE, ' $& ')
  // Each letter is lower-cased for itself: a sigma at the end of a word is no other letter than one within.
  return spaced.normalize('NFD').replace(ACCENT, '').replaceAll('Σ', 'σ').toLowerCase()
}

/** What a character is, by its code; of those beyond ASCII a pattern decides. */
const [LETTER, SPACE, SIGN, DROPPED] = [0, 1, 2, 3] as const
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 9 || code === 10 || code === 13 || code === 32) return SPACE
  if (code < 32 || code === 127) return DROPPED
  return /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? LETTER : SIGN
})
const BEYOND_SPACE = /\s/
const BEYOND_SIGN = /\p{P}/u

function kindAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  if (code < 128) return KINDS[code]!
  // Punctuation beyond the first plane takes two units and is tested by its code point.
  const character = String.fromCodePoint(text.codePointAt(index)!)
  if (BEYOND_SPACE.test(character)) return SPACE
  return BEYOND_SIGN.test(character) ? SIGN : LETTER
}

function split(text: string): string[] {
  const lower = text.toLowerCase()
  const tokens: string[] = []
  let start = -1
  let holds = false
  const end = (index: number): void => {
    if (start >= 0) tokens.push(holds ? withoutControls(lower.slice(start, index)) : lower.slice(start, index))
    start = -1
    holds = false
  }
  for (let index = 0; index < lower.length; index++) {
    const kind = kindAt(lower, index)
    const isPair = lower.charCodeAt(index) >= 0xd800 && lower.codePointAt(index)! > 0xffff
    if (kind === LETTER && start < 0) start = index
    else if (kind === DROPPED) holds = true
    else if (kind === SPACE || kind === SIGN) {
      end(index)
      if (kind === SIGN) tokens.push(lower.slice(index, index + (isPair ? 2 : 1)))
    }
    if (isPair) index++
  }
  end(lower.length)
  return tokens
}

/** A control character within a word vanishes and does not divide it. */
const withoutControls = (word: string): string => word.replace(CONTROL, '')
