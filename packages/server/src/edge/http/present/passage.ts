import { CascadeError } from '#base'

/** How much of the content is shown before and after a quote, in UTF-16 units. */
const AROUND = 300

/** A place in a content and what stands around it. Lines count from 1. */
export interface PresentedPassage {
  readonly before: string
  readonly quote: string
  readonly after: string
  readonly start_line: number
  readonly end_line: number
}

/**
 * The passage from `start` to `end`, in UTF-16 units. Never cuts a character in two: an edge inside a surrogate pair
 * moves outwards.
 *
 * @throws CascadeError VALIDATION_FAILED when the two are no range of this content.
 */
export function presentPassage(content: string, start: number, end: number): PresentedPassage {
  if (start > end || end > content.length) {
    throw new CascadeError('VALIDATION_FAILED', `start and end are no range of a content of ${content.length} units.`, {
      errors: [{ pointer: '#/query/end', code: 'out_of_range', message: `from start to ${content.length}` }],
    })
  }
  const [from, to] = [outwards(content, start, -1), outwards(content, end, 1)]
  const before = content.slice(outwards(content, Math.max(0, from - AROUND), -1), from)
  const after = content.slice(to, outwards(content, Math.min(content.length, to + AROUND), 1))
  const quote = content.slice(from, to)
  const startLine = lineAt(content, from)
  return { before, quote, after, start_line: startLine, end_line: startLine + newlines(quote.trimEnd()) }
}

function outwards(content: string, at: number, step: -1 | 1): number {
  const isInside = /[\uD800-\uDBFF]/.test(content.charAt(at - 1)) && /[\uDC00-\uDFFF]/.test(content.charAt(at))
  return isInside ? at + step : at
}

const newlines = (text: string): number => text.split('\n').length - 1
const lineAt = (content: string, at: number): number => newlines(content.slice(0, at)) + 1
