import type { AnswerOf, Capsule } from '@forge-cascade/contract'
import { sourceWords } from './source-words.ts'
import { columnize, oneLine, printable, wrap } from './text.ts'
import type { View } from './view.ts'
import { ago, dateOf, plural, trustWords } from './words.ts'

/** Lines shown before and after a passage. */
const CONTEXT_LINES = 3

/** A capsule with everything that describes it, then its content as it is. */
export const capsuleLines = (capsule: Capsule, view: View): string[] => [
  ...headLines(capsule, view),
  '',
  ...printable(capsule.content).replace(/\n+$/, '').split('\n'),
]

function headLines(capsule: Capsule, view: View): string[] {
  const { paint } = view
  const title = capsule.title === null ? [] : wrap(oneLine(capsule.title), view.width).map((line) => paint.strong(line))
  return [...title, ...columnize(facts(capsule, view).map(([name, value]) => [paint.faint(name), value]))]
}

function facts(capsule: Capsule, view: View): (readonly [string, string])[] {
  const { paint, now } = view
  const until = capsule.valid_to === null ? '' : ` until ${dateOf(capsule.valid_to)}`
  const rows: (readonly [string, string | undefined | null])[] = [
    ['id', `${capsule.id}@${capsule.version}`],
    ['type', [capsule.type, capsule.category].filter(Boolean).join(' · ')],
    ['status', capsule.status === 'ACTIVE' ? undefined : paint.bad(capsule.status)],
    ['trust', trustRow(capsule, view)],
    ['valid', `from ${dateOf(capsule.valid_from)}${until} (${ago(capsule.valid_from, now)})`],
    ['owner', capsule.owner_name ?? capsule.owner],
    ['source', sourceWords(capsule.source)],
    ['tags', capsule.tags.join(', ')],
    ['scope', scopeOf(capsule)],
    ['licence', capsule.licence],
    ['part of', capsule.part_of && `${capsule.part_of.id}, ${capsule.part_of.place}`],
    ...capsule.parents.map((parent) => ['from', `${parent.id}@${parent.version}: ${parent.reason}`] as const),
  ]
  return rows.flatMap(([name, value]) => (value ? [[name, lineOf(name, value)] as const] : []))
}

/** The rows that hold colours of ours are not words of others. */
const lineOf = (name: string, value: string): string => (name === 'trust' || name === 'status' ? value : oneLine(value))

function trustRow({ trust, effective_trust }: Capsule, { paint }: View): string {
  const own = trustWords(effective_trust, paint).replace('trust ', '')
  return effective_trust === trust ? own : `${own} (its own is ${trust}; what it derives from holds it down)`
}

const scopeOf = ({ identity, lane, fold }: Capsule): string =>
  Object.entries({ identity, lane, fold })
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
    .join(', ')

type CapsuleVersion = AnswerOf<'getVersion'>

/** The passage that a citation means, among its lines, marked. */
export function passageLines(capsule: CapsuleVersion, start: number, end: number, view: View): string[] {
  const { content } = capsule
  const first = lineAt(content, start)
  const last = lineAt(content, Math.max(start, end - 1))
  const lines = markRange(content, start, end, view).split('\n')
  const from = Math.max(0, first - CONTEXT_LINES)
  const to = Math.min(lines.length, last + CONTEXT_LINES + 1)
  const gutter = String(to).length
  const shown = lines.slice(from, to).map((line, index) => {
    const at = from + index
    const sign = at >= first && at <= last ? view.paint.accent('>') : ' '
    return `${sign} ${view.paint.faint(String(at + 1).padStart(gutter))} ${line}`.trimEnd()
  })
  const where = first === last ? `Line ${first + 1}` : `Lines ${first + 1}-${last + 1}`
  return [
    ...headLines(capsule, view),
    '',
    ...shown,
    '',
    view.paint.faint(
      `${where} of ${plural(lines.length, 'line')}. The whole: ${view.command(`show ${capsule.id}@${capsule.version}`)}`,
    ),
  ]
}

/** Line of an offset, from 0. */
const lineAt = (content: string, offset: number): number => content.slice(0, offset).split('\n').length - 1

/** Marks every line of the range by itself, because a colour does not survive a line end in every pager. */
function markRange(content: string, start: number, end: number, { paint, coloured }: View): string {
  const before = printable(content.slice(0, start))
  const quote = printable(content.slice(start, end))
  const after = printable(content.slice(end))
  const marked = coloured
    ? quote
        .split('\n')
        .map((line) => paint.mark(line))
        .join('\n')
    : `«${quote}»`
  return `${before}${marked}${after}`
}
