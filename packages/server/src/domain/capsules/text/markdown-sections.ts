import { createRequire } from 'node:module'
import type MarkdownIt from 'markdown-it'
import { lazy } from '#base'
import { parseFrontMatter } from './front-matter.ts'
import { type Section, toLabel } from './section.ts'
import type { Block } from './split-range.ts'
import { lineStarts, weigh } from './text-range.ts'

type Token = ReturnType<MarkdownIt['parse']>[number]

const require = createRequire(import.meta.url)

/**
 * Block structure only: inline marks do not matter for cutting. The CommonMark preset bounds nesting at 20 levels, which
 * keeps the work proportional to the text whatever it holds; link definitions stay ordinary paragraphs.
 */
const parser = lazy(() => {
  // Loaded with the first document, as the one file that stands for its 80 modules; it is what the types say.
  const Parser = require('markdown-it/dist/index.cjs.js') as typeof MarkdownIt
  const made = new Parser('commonmark').enable('table')
  made.core.ruler.enableOnly(['normalize', 'block'])
  made.block.ruler.disable('reference')
  return made
})

const LITERAL: ReadonlySet<string> = new Set(['fence', 'code_block', 'html_block', 'table_open'])

const FRONT_MATTER_LABEL = '---'
/** What stands before the first heading. */
const TOP_LABEL = 'top'

/**
 * The sections of a Markdown document (CommonMark with tables), one for each heading outside quotes and lists, in order;
 * together they tile the text. Front matter and text before the first heading are sections of their own.
 *
 * @param wordsMax a list or quote larger than this is given as its items, so that code within it stays whole.
 */
export function markdownSections(text: string, wordsMax: number): Section[] {
  const { bodyStart } = parseFrontMatter(text)
  const head = bodyStart > 0 ? [frontMatter(bodyStart)] : []
  const body = text.slice(bodyStart)
  return [...head, ...bodySections(text, bodyStart, parser().parse(body, {}), wordsMax)]
}

function bodySections(text: string, bodyStart: number, tokens: readonly Token[], wordsMax: number): Section[] {
  const starts = lineStarts(text.slice(bodyStart)).map((start) => bodyStart + start)
  const sections: Section[] = []
  let path: string[] = []
  let [label, blocks]: [string, Node[]] = [TOP_LABEL, []]
  const close = (end: number) => {
    const tiles = tile(text, sections.length === 0 ? bodyStart : undefined, blocks, end, wordsMax)
    if (tiles.length > 0) sections.push(toSection(path.length > 0 ? path : [TOP_LABEL], label, tiles))
    blocks = []
  }
  for (const node of tree(tokens, starts, text.length)) {
    if (node.heading) {
      // Blank lines before the first heading belong to it.
      if (blocks.length > 0) close(node.start)
      label = node.heading.title
      path = [...path.slice(0, parentDepth(path, node.heading.level)), headingLabel(node.heading)]
    }
    blocks.push(node)
  }
  close(text.length)
  return sections
}

interface Heading {
  readonly level: number
  readonly title: string
}

/** A block that has lines, with the blocks inside it. */
interface Node {
  readonly start: number
  readonly literal: boolean
  readonly heading?: Heading
  readonly children: Node[]
}

/** The blocks of the outermost level; tokens come in document order, containers as a pair around their content. */
function tree(tokens: readonly Token[], starts: readonly number[], end: number): Node[] {
  const root: Node[] = []
  const open: Node[][] = [root]
  for (const [index, token] of tokens.entries()) {
    if (token.nesting < 0) open.pop()
    if (token.nesting < 0 || !token.map || token.type === 'inline') {
      if (token.nesting > 0) open.push([])
      continue
    }
    const node: Node = {
      start: starts[token.map[0]] ?? end,
      literal: LITERAL.has(token.type),
      ...(open.length === 1 && token.type === 'heading_open' && { heading: headingOf(token, tokens[index + 1]) }),
      children: [],
    }
    open.at(-1)!.push(node)
    if (token.nesting > 0) open.push(node.children)
  }
  return root
}

const headingOf = (token: Token, content: Token | undefined): Heading => ({
  level: Number(token.tag.slice(1)),
  title: toLabel(content?.content ?? ''),
})

const headingLabel = ({ level, title }: Heading): string => `${'#'.repeat(level)} ${title}`

/** How many headings of the path stay above a new one of this level. */
function parentDepth(path: readonly string[], level: number): number {
  const depth = path.findIndex((label) => label.indexOf(' ') >= level)
  return depth < 0 ? path.length : depth
}

/** Blocks up to where the next one begins, so that blank lines and marks between them belong to somebody. */
function tile(text: string, first: number | undefined, nodes: readonly Node[], end: number, wordsMax: number): Block[] {
  const start = first ?? nodes[0]?.start
  if (start === undefined || start >= end) return []
  const tiles = nodes.flatMap((node, index) => expand(text, node, nodes[index + 1]?.start ?? end, wordsMax))
  return tiles.length > 0 ? [{ ...tiles[0]!, start }, ...tiles.slice(1)] : [{ start, end, literal: false }]
}

/** A container that is too large gives way to its content. */
function expand(text: string, node: Node, end: number, wordsMax: number): Block[] {
  const whole = { start: node.start, end, literal: node.literal }
  if (node.literal || node.children.length === 0 || weigh(text, whole) <= wordsMax) return [whole]
  return tile(text, node.start, node.children, end, wordsMax)
}

const frontMatter = (end: number): Section => ({
  path: [FRONT_MATTER_LABEL],
  title: 'Front matter',
  alone: true,
  blocks: [{ start: 0, end, literal: true }],
})

const toSection = (path: readonly string[], title: string, blocks: readonly Block[]): Section => ({
  path,
  title,
  blocks,
})
