import { alignLines, LineNumbers, splitLines } from './line-alignment.ts'
import { STEPS_PER_YIELD, type Work } from './turns.ts'

export interface DiffLine {
  readonly op: ' ' | '+' | '-'
  /** The line without its `\n`; a `\r` before it stays. */
  readonly text: string
  /** True for a last line that has no `\n`. */
  readonly unterminated?: true
}

/** Lines that change and those around them. Line numbers count from 1; where there is no line, from the one before. */
export interface Hunk {
  readonly old_start: number
  readonly old_lines: number
  readonly new_start: number
  readonly new_lines: number
  readonly lines: readonly DiffLine[]
}

export interface LineDiff {
  readonly hunks: readonly Hunk[]
  /** Number of lines added and removed. */
  readonly added: number
  readonly removed: number
  /** True when the texts were too entangled for the smallest diff: what lies between equal ends is replaced whole. */
  readonly approximate: boolean
}

export interface LineDiffOptions {
  /** Unchanged lines shown around each change. */
  readonly context?: number
}

const CONTEXT_LINES = 3

/** What turns `before` into `after`, line by line. Equal texts have no hunks; line endings count. */
export function* lineDiff(
  before: string,
  after: string,
  { context = CONTEXT_LINES }: LineDiffOptions = {},
): Work<LineDiff> {
  const { lines, approximate } = yield* script(yield* splitLines(before), yield* splitLines(after))
  const hunks = yield* gather(lines, context)
  const sum = (count: (hunk: Hunk) => number): number => hunks.reduce((total, hunk) => total + count(hunk), 0)
  const common = sum(({ lines: shown }) => countOf(shown, ' '))
  return {
    hunks,
    added: sum(({ new_lines }) => new_lines) - common,
    removed: sum(({ old_lines }) => old_lines) - common,
    approximate,
  }
}

function countOf(lines: readonly DiffLine[], wanted: DiffLine['op']): number {
  let count = 0
  for (const { op } of lines) if (op === wanted) count++
  return count
}

/**
 * A difference as text that `patch` and `git apply` read; empty for equal texts.
 *
 * @param names of the two sides, in the header.
 * @see GNU diffutils, "Unified Format"
 */
export function* unifiedDiff(
  { hunks }: LineDiff,
  { from = 'a', to = 'b' }: { from?: string; to?: string } = {},
): Work<string> {
  if (hunks.length === 0) return ''
  const parts = [`--- ${oneLine(from)}\n+++ ${oneLine(to)}\n`]
  for (const hunk of hunks) {
    parts.push(`@@ -${span(hunk.old_start, hunk.old_lines)} +${span(hunk.new_start, hunk.new_lines)} @@\n`)
    for (const line of hunk.lines) {
      parts.push(lineText(line))
      if (parts.length % STEPS_PER_YIELD === 0) yield
    }
  }
  return parts.join('')
}

/** Every line of both texts in the order of a diff: removed ones before those that take their place. */
function* script(
  before: readonly string[],
  after: readonly string[],
): Work<{ lines: DiffLine[]; approximate: boolean }> {
  const numbers = new LineNumbers()
  const [olds, news] = [yield* numbers.of(before), yield* numbers.of(after)]
  const { oldIndex, approximate } = yield* alignLines(olds, news, numbers.size)
  const lines: DiffLine[] = []
  let oldAt = 0
  function* removeUpTo(end: number): Work<void> {
    while (oldAt < end) {
      lines.push(toDiffLine('-', before[oldAt++]!))
      if (oldAt % STEPS_PER_YIELD === 0) yield
    }
  }
  // Added lines wait until the removed ones in front of the next common line are out.
  let waiting: DiffLine[] = []
  for (const [index, line] of after.entries()) {
    if (index % STEPS_PER_YIELD === 0) yield
    const partner = oldIndex[index]!
    if (partner < 0) {
      waiting.push(toDiffLine('+', line))
      continue
    }
    yield* removeUpTo(partner)
    for (const added of waiting) lines.push(added)
    waiting = []
    lines.push(toDiffLine(' ', line))
    oldAt++
  }
  yield* removeUpTo(before.length)
  for (const added of waiting) lines.push(added)
  return { lines, approximate }
}

const toDiffLine = (op: DiffLine['op'], line: string): DiffLine =>
  line.endsWith('\n') ? { op, text: line.slice(0, -1) } : { op, text: line, unterminated: true }

/** Cuts the script into hunks: changes with at most twice the context between them stand in one. */
function* gather(lines: readonly DiffLine[], context: number): Work<Hunk[]> {
  const hunks: Hunk[] = []
  let [oldAt, newAt, position] = [0, 0, 0]
  for (const { start, end } of yield* changedRanges(lines, context)) {
    // What lies between two hunks is unchanged and advances both sides alike.
    oldAt += start - position
    newAt += start - position
    const part = lines.slice(start, end)
    const oldLines = part.length - countOf(part, '+')
    const newLines = part.length - countOf(part, '-')
    if (part.length >= STEPS_PER_YIELD) yield
    hunks.push({
      old_start: oldLines === 0 ? oldAt : oldAt + 1,
      old_lines: oldLines,
      new_start: newLines === 0 ? newAt : newAt + 1,
      new_lines: newLines,
      lines: part,
    })
    oldAt += oldLines
    newAt += newLines
    position = end
  }
  return hunks
}

function* changedRanges(lines: readonly DiffLine[], context: number): Work<{ start: number; end: number }[]> {
  const ranges: { start: number; end: number }[] = []
  for (const [index, { op }] of lines.entries()) {
    if (index % STEPS_PER_YIELD === 0) yield
    if (op === ' ') continue
    const [start, end] = [Math.max(0, index - context), Math.min(lines.length, index + 1 + context)]
    const last = ranges.at(-1)
    if (last && start <= last.end) last.end = end
    else ranges.push({ start, end })
  }
  return ranges
}

const lineText = ({ op, text, unterminated }: DiffLine): string =>
  `${op}${text}\n${unterminated ? '\\ No newline at end of file\n' : ''}`

const span = (start: number, count: number): string => (count === 1 ? `${start}` : `${start},${count}`)

/** A name with a line break in it would forge lines of the diff. */
const oneLine = (name: string): string => name.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
