import { diffArrays } from 'diff'

/**
 * Edits the search may try before it gives up. The work grows with their square: about 40 ms at worst. Lines that stand
 * on one side only do not count, so a text that was written anew stays cheap.
 */
const EDITS_MAX = 600

/** Which lines of two texts are the same line. */
export interface LineAlignment {
  /** For each line of the new text the index of its line in the old one, growing, or -1 for an added line. */
  readonly oldIndex: Int32Array
  /** True when the search was given up: lines between the equal beginning and end count as replaced. */
  readonly approximate: boolean
}

/**
 * Lines with their ends (`\n`, and `\r` before it), so that joining them gives the text and a changed line ending is a
 * changed line. An empty text has no line; a text that ends with `\n` has no empty line after it.
 */
export function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`)
  const last = lines.pop()!.slice(0, -1)
  return last === '' ? lines : [...lines, last]
}

/** The longest common subsequence of two lists of lines (Myers 1986, by the `diff` package), within bounded work. */
export function alignLines(before: readonly string[], after: readonly string[]): LineAlignment {
  const oldIndex = new Int32Array(after.length).fill(-1)
  const head = alignHead(before, after, oldIndex)
  const tail = alignTail(before, after, head, oldIndex)
  const approximate = !alignMiddle(before, after, head, tail, oldIndex)
  return { oldIndex, approximate }
}

function alignHead(before: readonly string[], after: readonly string[], oldIndex: Int32Array): number {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) oldIndex[head] = head++
  return head
}

function alignTail(before: readonly string[], after: readonly string[], head: number, oldIndex: Int32Array): number {
  const most = Math.min(before.length, after.length) - head
  let tail = 0
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++
    oldIndex[after.length - tail] = before.length - tail
  }
  return tail
}

/** False when it took too many edits. Only lines that stand on both sides can be common, so the others stay out. */
function alignMiddle(
  before: readonly string[],
  after: readonly string[],
  head: number,
  tail: number,
  oldIndex: Int32Array,
): boolean {
  const olds = range(head, before.length - tail)
  const news = range(head, after.length - tail)
  const inNew = new Set(news.map((index) => after[index]!))
  const inOld = new Set(olds.map((index) => before[index]!))
  const sharedOlds = olds.filter((index) => inNew.has(before[index]!))
  const sharedNews = news.filter((index) => inOld.has(after[index]!))
  // Numbers for lines: the search compares many times what is hashed once here.
  const numbers = new Map([...inOld].map((line, index) => [line, index]))
  const changes = diffArrays(
    sharedOlds.map((index) => numbers.get(before[index]!)),
    sharedNews.map((index) => numbers.get(after[index]!)),
    { maxEditLength: EDITS_MAX },
  )
  if (!changes) return false
  let [oldAt, newAt] = [0, 0]
  for (const { added, removed, count } of changes) {
    if (!added && !removed) {
      for (let step = 0; step < count; step++) oldIndex[sharedNews[newAt + step]!] = sharedOlds[oldAt + step]!
    }
    if (!added) oldAt += count
    if (!removed) newAt += count
  }
  return true
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)
