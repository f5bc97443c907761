import { CONVERSION_LIMITS } from './limits.ts'
import { visible } from './plain-text.ts'

/**
 * Text of a document as Markdown text that says the same: what would be a tag, a link or an escape is escaped. Emphasis
 * is not: `snake_case` and `2 * 3` stay as they are written, for people and for search.
 */
export const escapeText = (text: string): string =>
  visible(text)
    .replace(/\\(?=[!-/:-@[-`{-~])/g, '\\\\')
    .replace(/<(?=[A-Za-z/!?])/g, '\\<')
    .replace(/\](?=[(:[])/g, '\\]')
    .replace(/&(?=#?\w{1,40};)/g, '\\&')

/** The same for a text that goes on after a mark: with what follows, its last sign may mean more. */
export const escapeBefore = (text: string): string => escapeText(text).replace(/[\\<\]&]$/, '\\$&')

/** What at the beginning of a line would make it a heading, an item, a quote, a fence, a rule or a table. */
const BLOCK_MARK = /^([ \t]*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|```|~~~|\||[-=_*]{3,}\s*$|\d{1,9}(?=[.)](?:\s|$)))/

/** A line of a paragraph that begins no block. */
export function escapeLine(line: string): string {
  const text = line.trim()
  const mark = BLOCK_MARK.exec(text)?.[2]
  if (mark === undefined) return text
  return /^\d/.test(mark) ? `${mark}\\${text.slice(mark.length)}` : `\\${text}`
}

/** `**text**` with its outer white space outside, where Markdown wants it. */
export function wrap(mark: string, text: string): string {
  const inner = text.trim()
  if (inner === '' || inner.includes('\n')) return text
  const start = text.indexOf(inner)
  return `${text.slice(0, start)}${mark}${inner}${mark}${text.slice(start + inner.length)}`
}

export function inlineCode(text: string): string {
  const inner = visible(text).replaceAll('\n', ' ').trim()
  if (inner === '') return ''
  const fence = '`'.repeat(longestRun(inner) + 1)
  return inner.startsWith('`') || inner.endsWith('`') ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`
}

/** A link where it leads into the web, else its text alone. */
export function link(text: string, href: string | undefined): string {
  const url = webUrl(href)
  const label = text.trim()
  if (url === undefined || label === '' || label.includes('\n') || label.includes('](')) return text
  if (label === href?.trim() || label === url) return text.replace(label, () => url)
  return text.replace(
    label,
    () => `[${label.replace(/\\.|[[\]]/g, (sign) => (sign.length > 1 ? sign : `\\${sign}`))}](${url})`,
  )
}

function webUrl(href: string | undefined): string | undefined {
  const given = href?.trim() ?? ''
  if (!/^https?:\/\//i.test(given) || given.length > CONVERSION_LIMITS.urlLengthMax) return undefined
  if (!URL.canParse(given)) return undefined
  return new URL(given).href.replace(/[()<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Length of the longest run of backticks: a fence must be longer. */
export function longestRun(text: string): number {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}
