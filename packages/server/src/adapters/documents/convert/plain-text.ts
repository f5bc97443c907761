import { CONVERSION_LIMITS } from './limits.ts'

/** Controls but tab and new line, soft hyphens, and the tag characters that nobody sees. */
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\ufeff\u2060\ufffe\uffff\u{e0000}-\u{e007f}]/gu
const SPACES = /[ \t\n\r\f\v\u00a0\u2007\u202f]+/g

/** Without what is not seen on a page. New lines are `\n`. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .toWellFormed()
    .replace(UNSEEN, '')

/** Any run of white space is one space. */
export const collapsed = (text: string): string => text.replace(SPACES, ' ')

/** One line for a title or a name; nothing when nothing is left. */
export function toLabel(text: string | undefined): string | undefined {
  const line = collapsed(visible(text ?? ''))
    .trim()
    .slice(0, CONVERSION_LIMITS.labelLengthMax)
    .toWellFormed()
  return line === '' ? undefined : line
}
