import { stripVTControlCharacters } from 'node:util'

/** What a terminal would obey instead of showing: control characters, and those that reverse the direction of text. */
const HOSTILE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uff01-\uff60\u3000-\u303f]/u
const ZERO = /^(\p{M}|\u200d|\ufe0f)$/u

/**
 * Text of others, safe to show: whatever a terminal would act on stands there as its code point. Line ends and tabs stay.
 */
export const printable = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(HOSTILE, (found) => `<U+${codeOf(found)}>`)

const codeOf = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')

/** The same on one line, with every blank as it is: for a name that is to be copied. */
export const exactLine = (text: string): string =>
  printable(text.replace(/[\n\r\t]/g, (found) => `<U+${codeOf(found)}>`))

/** The same on one line. */
export const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ').trim()

/** Columns that text takes on a terminal; colours take none. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of stripVTControlCharacters(text))
    columns += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return columns
}

/** At most `columns` wide; what is cut off is an ellipsis. Without colours. */
export function shorten(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += columnsOf(character)
    if (used > columns) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

/** At most `columns` wide; what is left out in the middle is an ellipsis, so that a path keeps its beginning and its name. */
export function shortenMiddle(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  const half = Math.floor((columns - 1) / 2)
  const end = shorten([...text].reverse().join(''), half + 1).slice(0, -1)
  return `${shorten(text, columns - half)}${[...end].reverse().join('')}`
}

/**
 * Breaks text at blanks into lines of at most `width` columns, each behind `indent`. A word longer than a line keeps its
 * length, so that ids and addresses can be copied. Line ends of the text stay.
 */
export const wrap = (text: string, width: number, indent = ''): string[] =>
  wrapWords(text, width, indent, (line) => line.split(/ +/))

/** The same, and what stands in backticks stays on one line: half a command is another one. */
export const wrapAdvice = (text: string, width: number, indent = ''): string[] =>
  wrapWords(text, width, indent, (line) => line.match(/(?:`[^`]*`|[^ `]|`)+/g) ?? [''])

function wrapWords(text: string, width: number, indent: string, wordsOf: (line: string) => readonly string[]) {
  const room = Math.max(20, width - columnsOf(indent))
  return text.split('\n').flatMap((line) => wrapLine(wordsOf(line), room).map((each) => `${indent}${each}`.trimEnd()))
}

function wrapLine(words: readonly string[], room: number): string[] {
  const lines: string[] = []
  let current = ''
  let used = 0
  for (const word of words) {
    const columns = columnsOf(word)
    if (current !== '' && used + 1 + columns > room) {
      lines.push(current)
      current = word
      used = columns
    } else {
      used += columns + (current === '' ? 0 : 1)
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}

/** Fills up with blanks on the right. */
export const padRight = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)))

/** With fewer columns than these for a row's last cell, that stands on a line of its own. */
const LAST_COLUMNS_MIN = 20

/**
 * Rows as columns two blanks apart, none wider than `width`: the last cell is cut, and stands below the others where they
 * leave it too little room. The other cells keep their width; the last is without colours.
 */
export function fitColumns(rows: readonly (readonly string[])[], width: number): string[] {
  const heads = columnize(rows.map((row) => [...row.slice(0, -1), '']))
  const taken = Math.max(0, ...heads.map(columnsOf)) + 2
  return rows.flatMap((row, at) => {
    const [head = '', last = row.at(-1) ?? ''] = [heads[at]]
    if (last === '') return [head]
    if (width - taken < LAST_COLUMNS_MIN) return [head, `  ${shorten(last, width - 2)}`]
    return [`${padRight(head, taken)}${shorten(last, width - taken)}`]
  })
}

/** Rows as columns two blanks apart; the last column is as long as it is. */
export function columnize(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => columnsOf(row[at] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : padRight(cell, widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
