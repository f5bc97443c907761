import { shortestEdit } from './shortest-edit.ts'
import { STEPS_PER_YIELD, type Work } from './turns.ts'

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
export function* splitLines(text: string): Work<string[]> {
  const lines: string[] = []
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed + 1
    lines.push(text.slice(start, end))
    start = end
    if (lines.length % STEPS_PER_YIELD === 0) yield
  }
  return lines
}

/** A number for each different line: what is compared many times is hashed once. */
export class LineNumbers {
  readonly #numbers = new Map<string, number>()

  get size(): number {
    return this.#numbers.size
  }

  *of(lines: readonly string[]): Work<Int32Array> {
    const numbers = new Int32Array(lines.length)
    for (const [index, line] of lines.entries()) {
      const number = this.#numbers.get(line) ?? this.#numbers.size
      if (number === this.#numbers.size) this.#numbers.set(line, number)
      numbers[index] = number
      if (index % STEPS_PER_YIELD === STEPS_PER_YIELD - 1) yield
    }
    return numbers
  }
}

/**
 * The longest common subsequence of two lists of lines, given as numbers below `kinds`, within bounded work. Lines that
 * stand on one side only are no candidates and cost nothing, so a text that was written anew stays cheap.
 */
export function* alignLines(before: Int32Array, after: Int32Array, kinds: number): Work<LineAlignment> {
  const oldIndex = new Int32Array(after.length).fill(-1)
  const head = alignHead(before, after, oldIndex)
  const tail = alignTail(before, after, head, oldIndex)
  yield
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail]
  const sharedOlds = indexesShared(before, { start: head, end: oldEnd }, kindsIn(after, head, newEnd, kinds))
  const sharedNews = indexesShared(after, { start: head, end: newEnd }, kindsIn(before, head, oldEnd, kinds))
  yield
  const partners = yield* shortestEdit(
    sharedOlds.map((index) => before[index]!),
    sharedNews.map((index) => after[index]!),
  )
  if (!partners) return { oldIndex, approximate: true }
  for (const [at, partner] of partners.entries()) if (partner >= 0) oldIndex[sharedNews[at]!] = sharedOlds[partner]!
  return { oldIndex, approximate: false }
}

function alignHead(before: Int32Array, after: Int32Array, oldIndex: Int32Array): number {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) oldIndex[head] = head++
  return head
}

function alignTail(before: Int32Array, after: Int32Array, head: number, oldIndex: Int32Array): number {
  const most = Math.min(before.length, after.length) - head
  let tail = 0
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++
    oldIndex[after.length - tail] = before.length - tail
  }
  return tail
}

/** Which kinds of line there are in a part of a text. */
function kindsIn(lines: Int32Array, start: number, end: number, kinds: number): Uint8Array {
  const found = new Uint8Array(kinds)
  for (let index = start; index < end; index++) found[lines[index]!] = 1
  return found
}

function indexesShared(
  lines: Int32Array,
  { start, end }: { readonly start: number; readonly end: number },
  kinds: Uint8Array,
): Int32Array {
  const found = new Int32Array(end - start)
  let count = 0
  for (let index = start; index < end; index++) if (kinds[lines[index]!] === 1) found[count++] = index
  return found.subarray(0, count)
}
