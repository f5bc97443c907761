import type { AskAnswer, Citation } from '@forge-cascade/contract'
import { oneLine, printable, shorten, wrap } from './text.ts'
import type { View } from './view.ts'
import { ago, trustWords } from './words.ts'

const MODES: Readonly<Record<AskAnswer['mode'], string>> = {
  extractive: 'extractive: verbatim quotes, no language model wrote this',
}

/** The answer, its numbered sources with the command that opens each passage, and what they disagree on. */
export function askLines(answer: AskAnswer, view: View, store: StoreState = 'inUse'): string[] {
  const head = wrap(printable(answer.answer), view.width).map((line) => paintMarks(line, view))
  const notices = answer.notices.flatMap((notice) => wrap(view.paint.warn(`Note: ${printable(notice)}`), view.width))
  if (!answer.found) return [...(store === 'inUse' ? [...head, ''] : []), ...notices, ...emptyLines(view, store)]
  return [
    ...head,
    '',
    view.paint.strong('Sources'),
    ...answer.citations.flatMap((citation, index) => citationLines(citation, index + 1, view)),
    ...answer.conflicts.flatMap((conflict) => conflictLines(conflict, view)),
    '',
    ...notices,
    view.paint.faint(MODES[answer.mode]),
  ]
}

function citationLines(citation: Citation, index: number, view: View): string[] {
  const { paint, width } = view
  const { capsule_id, version, start, end } = citation
  const mark = `[${index}]`
  const indent = ' '.repeat(mark.length + 1)
  const title = shorten(oneLine(citation.title ?? citation.quote), width - indent.length)
  const where = citation.where === null ? [] : wrap(oneLine(citation.where), width, indent)
  return [
    `${paint.accent(mark)} ${paint.strong(title)}`,
    ...where,
    `${indent}${trustWords(citation.trust, paint)} · ${ago(citation.valid_from, view.now)}`,
    `${indent}${paint.faint(view.command(`show ${capsule_id}@${version} --at ${start}-${end}`))}`,
  ]
}

function conflictLines({ citations, reason }: AskAnswer['conflicts'][number], { paint, width }: View): string[] {
  const marks = citations.map((number) => `[${number}]`).join(' and ')
  return ['', ...wrap(`${marks} disagree: ${printable(reason)}`, width).map((line) => paint.warn(line))]
}

const paintMarks = (line: string, { paint }: View): string => line.replace(/\[\d{1,3}\]/g, (mark) => paint.accent(mark))

/** What there is to find: nothing at all, nothing that is active, or something. */
export type StoreState = 'empty' | 'atRest' | 'inUse'

const EMPTY: Readonly<Record<StoreState, string>> = {
  empty:
    'There is nothing yet that you may find. A store that lies elsewhere is named by --data <folder>. To add knowledge:',
  atRest:
    'No capsule is active, so there is nothing to find (--status ARCHIVED looks at old ones, `archive list` at what was moved away). To add knowledge:',
  inUse: 'Other words may help, or a lower floor of trust (--min-trust 0). To add knowledge:',
}

/** What to do when nothing was found. */
export const emptyLines = ({ command, width }: View, store: StoreState): string[] => [
  ...wrap(EMPTY[store], width),
  `  ${command('import <folder>')}`,
  `  ${command('remember "<what you know>"')}`,
]
