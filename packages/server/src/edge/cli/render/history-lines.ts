import type { AnswerOf } from '@forge-cascade/contract'
import { quoteForShell } from '../shell-word.ts'
import { columnize, fitColumns, oneLine, printable, shorten } from './text.ts'
import type { View } from './view.ts'
import { dateOf, minuteOf, plural } from './words.ts'

type Versions = AnswerOf<'listVersions'>
type Blame = AnswerOf<'getBlame'>
type Diff = AnswerOf<'getDiff'>

const AUTHOR_COLUMNS = 20
/** On a narrower terminal authors are cut sooner, and below the second width a day has no time. */
const WIDTH_FULL = 72
const WIDTH_TIMES = 48
const AUTHOR_COLUMNS_NARROW = 10
const COMMIT_LENGTH = 8
const VALUE_COLUMNS = 60

/** Versions, newest first: which, when, who, and why or what. */
export function historyLines({ items, next_cursor }: Versions, id: string, view: View): string[] {
  const rows = items.map((each) => [
    view.paint.accent(each.version),
    view.width < WIDTH_TIMES ? dateOf(each.valid_from) : minuteOf(each.valid_from),
    shorten(oneLine(each.by ?? each.author), view.width < WIDTH_FULL ? AUTHOR_COLUMNS_NARROW : AUTHOR_COLUMNS),
    each.commit === null ? '' : view.paint.faint(each.commit.slice(0, COMMIT_LENGTH)),
    oneLine(each.reason ?? each.title ?? each.where ?? ''),
  ])
  const more =
    next_cursor === null
      ? []
      : ['', `Older ones: ${view.command(`history ${id} --cursor ${quoteForShell(next_cursor)}`)}`]
  return [...fitColumns(rows, view.width), ...more]
}

/** Which version brought each line. */
export function blameLines({ lines }: Blame, view: View): string[] {
  const gutter = columnize(
    lines.map(({ version, at, author, commit }) => [
      version,
      minuteOf(at).slice(0, 10),
      shorten(oneLine(author), AUTHOR_COLUMNS),
      commit === null ? '' : commit.slice(0, COMMIT_LENGTH),
      '',
    ]),
  )
  const columns = Math.max(0, ...gutter.map((each) => each.length))
  return lines.map(({ text }, index) => {
    const repeated = index > 0 && gutter[index] === gutter[index - 1]
    const label = repeated ? '' : (gutter[index] ?? '')
    return `${view.paint.faint(label.padEnd(columns))} ${view.paint.faint('|')} ${printable(text)}`.trimEnd()
  })
}

/** Lines and fields that differ between two versions. */
export function diffLines(diff: Diff, view: View): string[] {
  const { paint } = view
  const colours = { '+': paint.good, '-': paint.bad, ' ': (text: string) => text } as const
  const text = diff.hunks.flatMap((hunk) => [
    paint.accent(`@@ line ${hunk.old_start} → ${hunk.new_start} @@`),
    ...hunk.lines.map(({ op, text: line }) => colours[op](`${op}${printable(line)}`)),
  ])
  const fields = diff.fields.map((field) => fieldLine(field, view))
  const versions = diff.from === null ? `${diff.to} is the first version` : `${diff.from} → ${diff.to}`
  const summary = `${versions}: ${plural(diff.added, 'line')} added, ${diff.removed} removed`
  const same = text.length + fields.length === 0 ? ['They are the same.'] : []
  const rough = diff.approximate
    ? [paint.warn('The texts differ too much to compare line by line; this is rough.')]
    : []
  return [paint.strong(summary), ...rough, ...text, ...fields, ...same]
}

const SIGNS = { add: '+', remove: '-', replace: '~' } as const

function fieldLine({ path, op, from, to }: Diff['fields'][number], { paint }: View): string {
  const values = { add: show(to), remove: show(from), replace: `${show(from)} → ${show(to)}` }
  return `${paint.warn(`${SIGNS[op]} ${printable(path)}`)}  ${values[op]}`
}

const show = (value: unknown): string => shorten(printable(JSON.stringify(value) ?? ''), VALUE_COLUMNS)
