import { termRanges, terms } from '../text/terms.ts'

export interface Highlight {
  /** UTF-16 units from the beginning of the content. */
  readonly start: number
  readonly end: number
  readonly text: string
}

export const HIGHLIGHTS_MAX = 50
/** Matches beyond this are left out: a page-long capsule is skimmed, not read for highlights. */
export const CONTENT_SCANNED_MAX = 64 * 1024

/** Terms of the query that stand in the content, and where. */
export function highlight(
  query: string,
  content: string,
): { readonly matched: readonly string[]; readonly highlights: readonly Highlight[] } {
  const wanted = new Set(terms(query))
  const matched = new Set<string>()
  const highlights: Highlight[] = []
  for (const { term, start, end } of termRanges(content.slice(0, CONTENT_SCANNED_MAX))) {
    if (!wanted.has(term)) continue
    matched.add(term)
    if (highlights.length < HIGHLIGHTS_MAX) highlights.push({ start, end, text: content.slice(start, end) })
  }
  return { matched: [...matched], highlights }
}
