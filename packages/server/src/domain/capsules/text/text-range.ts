/** A part of a text: UTF-16 offsets, end exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

const isBlankCode = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029

/** The range without white space at its ends; empty (start = end) when there is nothing else. */
export function trimRange(text: string, { start, end }: TextRange): TextRange {
  let [first, last] = [start, end]
  while (first < last && isBlankCode(text.charCodeAt(first))) first++
  while (last > first && isBlankCode(text.charCodeAt(last - 1))) last--
  return { start: first, end: last }
}

/** As `trimRange`, but the first line keeps its indentation, which means something in code and lists. */
export function trimLines(text: string, range: TextRange): TextRange {
  const { start, end } = trimRange(text, range)
  let first = start
  while (end > start && first > range.start && (text[first - 1] === ' ' || text[first - 1] === '\t')) first--
  return { start: first, end }
}

/** Offsets at which lines begin; `\r\n`, `\n` and a lone `\r` end a line, as in CommonMark. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { 0: ending, index } of text.matchAll(/\r\n?|\n/g)) starts.push(index + ending.length)
  return starts
}

/** Ranges between the given offsets (growing, the first one at `range.start`), the last one up to `range.end`. */
export const rangesBetween = (starts: readonly number[], { end }: TextRange): TextRange[] =>
  starts.map((start, index) => ({ start, end: starts[index + 1] ?? end }))

/**
 * How much there is to read, in words: words between white space, a Chinese or Japanese character as half of one, and
 * never less than a tenth of the characters, so that a megabyte without a space is not one word.
 */
export function weigh(text: string, { start, end }: TextRange): number {
  let [words, unspaced, inWord] = [0, 0, false]
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    const isBlank = isBlankCode(code)
    if (!isBlank && !inWord) words++
    if (code >= 0x3040 && code <= 0x9fff) unspaced++
    inWord = !isBlank
  }
  return Math.max(words + unspaced / 2, (end - start) / 10)
}

/** The offset itself, or one less when it would part a surrogate pair. */
const wholeCharacter = (text: string, offset: number): number =>
  (text.charCodeAt(offset) & 0xfc00) === 0xdc00 && (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800
    ? offset - 1
    : offset

/** Where to cut at most `length` characters after `from`: behind a space in the second half, else between characters. */
export function softCut(text: string, from: number, length: number): number {
  const space = text.slice(from + length / 2, from + length).lastIndexOf(' ')
  return space < 0 ? wholeCharacter(text, from + length) : from + length / 2 + space + 1
}
