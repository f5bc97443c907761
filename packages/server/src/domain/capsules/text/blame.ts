import { alignLines, LineNumbers, splitLines } from './line-alignment.ts'
import { STEPS_PER_YIELD, type Work } from './turns.ts'

/** One version of a text, with who wrote it and when (RFC 3339). */
export interface BlameVersion {
  readonly version: string
  readonly content: string
  readonly at: string
  readonly author: string
}

/** A line of the last version and the version that brought it in. `line` counts from 1; `text` has no line ending. */
export interface BlamedLine {
  readonly line: number
  readonly text: string
  readonly version: string
  readonly at: string
  readonly author: string
}

/** The lines of the version that came last, each with the version that brought it in. */
export interface Blaming {
  readonly lines: readonly string[]
  readonly origins: readonly BlameVersion[]
}

export const NOTHING_BLAMED: Blaming = { lines: [], origins: [] }

/**
 * Takes in the next version. A line keeps its version while it stays, and also when it moves (it vanishes in one place and
 * appears, letter for letter, in another at the same step); a line that was gone for a version and comes back is new.
 * Blank lines never count as moved.
 */
export function* blameNext({ lines, origins }: Blaming, version: BlameVersion): Work<Blaming> {
  const next = yield* splitLines(version.content)
  return { lines: next, origins: yield* inherit(lines, origins, next, version) }
}

/** Which version introduced each line of the one that came last. */
export function* blamedLines({ lines, origins }: Blaming): Work<BlamedLine[]> {
  const blamed: BlamedLine[] = []
  for (const [index, text] of lines.entries()) {
    const { version, at, author } = origins[index]!
    blamed.push({ line: index + 1, text: text.replace(/\r?\n$/, ''), version, at, author })
    if (index % STEPS_PER_YIELD === 0) yield
  }
  return blamed
}

function* inherit(
  before: readonly string[],
  origins: readonly BlameVersion[],
  after: readonly string[],
  version: BlameVersion,
): Work<BlameVersion[]> {
  const numbers = new LineNumbers()
  const [olds, news] = [yield* numbers.of(before), yield* numbers.of(after)]
  const { oldIndex } = yield* alignLines(olds, news, numbers.size)
  const vanished = yield* vanishedLines(before, { olds, kinds: numbers.size }, oldIndex)
  const inherited: BlameVersion[] = []
  for (const [index, number] of news.entries()) {
    const partner = oldIndex[index]! >= 0 ? oldIndex[index]! : vanished.take(number)
    inherited.push(partner < 0 ? version : origins[partner]!)
    if (index % STEPS_PER_YIELD === 0) yield
  }
  return inherited
}

/** Lines without a partner, to be taken by their number, the first of equal ones first; -1 when there is none left. */
interface VanishedLines {
  take(number: number): number
}

function* vanishedLines(
  before: readonly string[],
  { olds, kinds }: { readonly olds: Int32Array; readonly kinds: number },
  oldIndex: Int32Array,
): Work<VanishedLines> {
  const kept = new Uint8Array(before.length)
  for (const index of oldIndex) if (index >= 0) kept[index] = 1
  // A list for each number, linked through the lines themselves.
  const first = new Int32Array(kinds).fill(-1)
  const following = new Int32Array(before.length).fill(-1)
  for (let index = before.length - 1; index >= 0; index--) {
    if (index % STEPS_PER_YIELD === 0) yield
    if (kept[index] === 1 || before[index]!.trim() === '') continue
    following[index] = first[olds[index]!]!
    first[olds[index]!] = index
  }
  return {
    take: (number) => {
      const index = first[number]!
      if (index >= 0) first[number] = following[index]!
      return index
    },
  }
}
