import type { SearchAnswer, SearchHit } from '@forge-cascade/contract'
import { emptyLines, type StoreState } from './ask-lines.ts'
import { snippet } from './snippet.ts'
import { sourceWords } from './source-words.ts'
import { oneLine, printable, shorten, wrap } from './text.ts'
import type { View } from './view.ts'
import { ago, trustWords } from './words.ts'

/** Hits, best first: title, score, trust, age, where it comes from, the words in their sentence, and the id. */
export function searchLines(answer: SearchAnswer, query: string, view: View, store: StoreState = 'inUse'): string[] {
  const notices = answer.notices.flatMap((notice) => wrap(view.paint.warn(`Note: ${printable(notice)}`), view.width))
  if (answer.hits.length === 0) {
    return [...(store === 'inUse' ? ['Nothing was found.'] : []), ...notices, ...emptyLines(view, store)]
  }
  const hits = answer.hits.map((hit, index) => hitLines(hit, index + 1, query, view).join('\n'))
  return [hits.join('\n\n'), ...(notices.length === 0 ? [] : ['', ...notices])]
}

function hitLines(hit: SearchHit, rank: number, query: string, view: View): string[] {
  const { paint, width, now } = view
  const { capsule, score } = hit
  const mark = `${rank}.`
  const indent = ' '.repeat(mark.length + 1)
  const figures = [score.toFixed(2), trustWords(capsule.effective_trust, paint), ago(capsule.valid_from, now)]
  const status = capsule.status === 'ACTIVE' ? [] : [paint.bad(capsule.status)]
  const source = sourceWords(capsule.source)
  return [
    `${mark} ${paint.strong(shorten(titleOf(capsule), width - indent.length))}`,
    `${indent}${[...figures, ...status].join(' · ')}`,
    ...(source === undefined ? [] : [indent + shorten(source, width - indent.length)]),
    ...snippet(capsule.content, query, width - indent.length, paint).map((line) => indent + line),
    ...explainLines(hit, view, indent),
    `${indent}${paint.faint(`${capsule.id}@${capsule.version}`)}`,
  ]
}

const titleOf = ({ title, content }: SearchHit['capsule']): string => oneLine(title ?? content.slice(0, 200))

function explainLines({ explain }: SearchHit, { width, paint }: View, indent: string): string[] {
  if (explain === undefined) return []
  const terms = explain.matched_terms.length === 0 ? [] : [`words found: ${explain.matched_terms.join(', ')}`]
  return [explain.sentence, ...terms]
    .flatMap((line) => wrap(printable(line), width, indent))
    .map((line) => paint.faint(line))
}
