import { alignLines, splitLines } from './line-alignment.ts'

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
export function blameNext({ lines, origins }: Blaming, version: BlameVersion): Blaming {
  const next = splitLines(version.content)
  return { lines: next, origins: inherit(lines, origins, next, version) }
}

/** Which version introduced each line of the one that came last. */
export const blamedLines = ({ lines, origins }: Blaming): BlamedLine[] =>
  lines.map((text, index) => {
    const { version, at, author } = origins[index]!
    return { line: index + 1, text: text.replace(/\r?\n$/, ''), version, at, author }
  })

function inherit(
  before: readonly string[],
  origins: readonly BlameVersion[],
  after: readonly string[],
  version: BlameVersion,
): BlameVersion[] {
  const { oldIndex } = alignLines(before, after)
  const vanished = vanishedLines(before, oldIndex)
  return after.map((line, index) => {
    const partner = oldIndex[index]! >= 0 ? oldIndex[index] : vanished.get(line)?.pop()
    return partner === undefined ? version : origins[partner]!
  })
}

/** The lines without a partner, by their text; the first of equal lines stands last, to be taken first. */
function vanishedLines(before: readonly string[], oldIndex: Int32Array): Map<string, number[]> {
  const kept = new Set(oldIndex)
  const unmatched = before.keys().filter((index) => !kept.has(index) && before[index]!.trim() !== '')
  return Map.groupBy([...unmatched].reverse(), (index) => before[index]!)
}
