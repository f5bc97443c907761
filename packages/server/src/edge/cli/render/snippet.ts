import { printable, shorten, wrap } from './text.ts'
import type { Painter } from './view.ts'

/** Lines that show why a hit is one. */
const LINES_MAX = 2
/** How far before the first word found the snippet begins, in characters. */
const LEAD = 40
/** No more of the content is looked at. */
const SCANNED_MAX = 200_000
const WORDS_MAX = 32

/** The passage of the content where the words of the query stand first, with those words marked; else its beginning. */
export function snippet(content: string, query: string, width: number, paint: Painter): string[] {
  const text = content.slice(0, SCANNED_MAX).replace(/\s+/g, ' ').trim()
  const words = wordsPattern(query)
  const at = words === undefined ? 0 : Math.max(0, text.search(words))
  const start = at <= LEAD ? 0 : text.lastIndexOf(' ', at - LEAD) + 1
  // Cut between characters, never inside a pair of surrogates.
  const cut = printable(text.slice(start, start + width * (LINES_MAX + 1)).toWellFormed())
  const lines = wrap(`${start > 0 ? '… ' : ''}${cut}`, width)
  const shown = lines.slice(0, LINES_MAX)
  const last = shown.length - 1
  if (start + width * (LINES_MAX + 1) < text.length || lines.length > LINES_MAX)
    shown[last] = `${wholeWords(shown[last] ?? '', width - 2)} …`
  return words === undefined ? shown : shown.map((line) => line.replace(words, (word) => paint.warn(word)))
}

/** At most `columns` of the line, cut between words; inside one only where that would lose more than half. */
function wholeWords(line: string, columns: number): string {
  const kept = shorten(line, columns)
  if (kept === line) return line
  const end = kept.lastIndexOf(' ')
  return end > kept.length / 2 ? kept.slice(0, end) : kept.replace(/ ?…$/, '')
}

/** The query's words of three letters and more, at the beginning of a word, so that inflections are marked too. */
function wordsPattern(query: string): RegExp | undefined {
  const words = (query.match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, WORDS_MAX)
  return words.length === 0 ? undefined : new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})[\\p{L}\\p{N}]*`, 'giu')
}
