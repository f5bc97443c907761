import { CAPSULE_LIMITS } from '@forge-cascade/contract'

interface Heading {
  readonly level: number
  readonly text: string
  /** No other text stands before it. */
  readonly isAtTop: boolean
}

/**
 * What a Markdown text calls itself: the heading it begins with, else its only heading of the first level where no other
 * stands before that. A text with several has chapters and no name.
 */
export function ownTitle(body: string): string | undefined {
  const headings = headingsOf(body)
  const { value: first } = headings.next()
  if (!first || first.isAtTop) return first?.text
  if (first.level !== 1) return undefined
  for (const { level } of headings) if (level === 1) return undefined
  return first.text
}

/** The name of the file for people: `0141-lifetime-elision.md` is "0141 lifetime elision"; what joins digits stays. */
export function fileTitle(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  const stem = dot > 0 ? name.slice(0, dot) : name
  return stem.replace(/(?<!\d)[-_]+|[-_]+(?!\d)/g, ' ').trim() || name
}

const FENCE = /^ {0,3}(```|~~~)/
/** `# Title`, with or without a closing mark. */
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/
/** The line below a title. */
const UNDERLINE = /^ {0,3}=+[ \t]*$/

function* headingsOf(body: string): Generator<Heading, undefined, undefined> {
  let fence: string | undefined
  let [before, linesBefore] = ['', 0]
  for (const whole of body.split(/\r\n?|\n/)) {
    // A longer line is no title, and looking at all of it is no use.
    const line = whole.slice(0, CAPSULE_LIMITS.titleLengthMax)
    const mark = FENCE.exec(line)?.[1]
    if (mark && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined
    else if (fence === undefined) {
      const [, marks, text] = HEADING.exec(line) ?? []
      if (marks && text) yield { level: marks.length, text, isAtTop: linesBefore === 0 }
      else if (before !== '' && UNDERLINE.test(line)) yield { level: 1, text: before, isAtTop: linesBefore === 1 }
    }
    before = line.trim()
    if (before !== '') linesBefore++
  }
}
