import { sha256Hex } from '#base'

/** Types whose white space carries meaning: indentation in Python, line breaks in YAML. */
const VERBATIM_TYPES: ReadonlySet<string> = new Set(['code', 'config'])

/**
 * What two capsules share when they say the same thing: SHA-256, 64 hex digits, of the text in Unicode NFC with every
 * run of white space folded to one space and the ends trimmed. `code` and `config` keep their white space; there only
 * the line endings are made `\n`, so that a checkout on Windows has the fingerprint of one on Linux.
 *
 * The text that is stored is never altered by this. Lone surrogates count as U+FFFD.
 *
 * @param type the capsule's type; unknown types fold like `knowledge`.
 * @see UAX #15 for NFC; the white space is that of ECMAScript's `\s`.
 */
export function fingerprint(text: string, type: string): string {
  const composed = text.normalize('NFC')
  return sha256Hex(VERBATIM_TYPES.has(type) ? unixLines(composed) : foldWhiteSpace(composed))
}

const unixLines = (text: string): string => text.replace(/\r\n?/g, '\n')

/** Most texts are folded already, and looking takes a third of the time of folding. */
const foldWhiteSpace = (text: string): string => (UNFOLDED.test(text) ? text.replace(/\s+/g, ' ').trim() : text)
const UNFOLDED = /[^\S ]|\s\s|^\s|\s$/
