import type { AnswerOf, LineageAnswer } from '@forge-cascade/contract'
import { columnsOf, oneLine, shorten } from './text.ts'
import type { View } from './view.ts'
import { dateOf, plural, trustWords } from './words.ts'

type Node = LineageAnswer['nodes'][number]
type Edge = LineageAnswer['edges'][number]

/** A drawing of more capsules says less than its count. */
export const DRAWN_MAX = 200
/** Deeper ones would be pushed out of the right side of a terminal. */
export const DRAWN_DEPTH_MAX = 12
const TITLE_COLUMNS_MIN = 16

type Side = 'ancestors' | 'descendants'
export type LineageDirection = Side | 'both'

const HEADINGS = { ancestors: 'Comes from', descendants: 'What came of it' } as const
const NOBODY = {
  ancestors: 'It derives from no other capsule.',
  descendants: 'Nothing derives from it.',
} as const

/** The capsule, and below it what it derives from or what derives from it, as an indented tree. */
export function lineageLines(answer: LineageAnswer, id: string, direction: LineageDirection, view: View): string[] {
  const self = answer.nodes.find((node) => node.id === id)
  const sides = direction === 'both' ? (['ancestors', 'descendants'] as const) : [direction]
  const cut = answer.truncated
    ? [
        '',
        view.paint.warn(
          `The answer was cut at ${plural(answer.nodes.length, 'capsule')}; --limit takes more, --depth fewer steps.`,
        ),
      ]
    : []
  return [
    ...(self === undefined ? [id] : [nodeLine(self, undefined, '', view)]),
    ...sides.flatMap((side) => ['', ...sideLines(answer, side, id, view)]),
    ...(direction === 'both' ? [] : otherWay(answer, direction, id, view)),
    ...cut,
  ]
}

/** One direction: its heading and tree, or the sentence that there is none. */
function sideLines(answer: LineageAnswer, side: Side, id: string, view: View): string[] {
  const drawn = new Tree(answer, side, view).draw(id)
  return drawn.length === 0 ? [NOBODY[side]] : [view.paint.strong(HEADINGS[side]), ...drawn]
}

/** Where this direction has nothing, how to look the other way. */
function otherWay({ edges }: LineageAnswer, direction: Side, id: string, { command, paint }: View): string[] {
  if (edges.length > 0) return []
  const other = direction === 'ancestors' ? 'descendants' : 'ancestors'
  return ['', `${HEADINGS[other]}: ${paint.strong(command(`lineage ${id} --direction ${other}`))}`]
}

/** Draws one direction, each capsule once; a second way to it is a reference. */
class Tree {
  readonly #nodes: ReadonlyMap<string, Node>
  readonly #next: ReadonlyMap<string, readonly { readonly edge: Edge; readonly id: string }[]>
  readonly #view: View
  readonly #side: Side
  readonly #drawn = new Set<string>()
  readonly #lines: string[] = []
  #deeper = false

  constructor({ nodes, edges }: LineageAnswer, side: Side, view: View) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]))
    this.#side = side
    this.#view = view
    const next = Map.groupBy(edges, (edge) => (side === 'ancestors' ? edge.from : edge.to))
    this.#next = new Map(
      [...next].map(([id, each]) => [
        id,
        each.map((edge) => ({ edge, id: side === 'ancestors' ? edge.to : edge.from })),
      ]),
    )
  }

  draw(root: string): string[] {
    this.#drawn.add(root)
    this.#drawBelow(root, '', 0)
    const rest = this.#reach(root) - this.#drawn.size
    const left =
      rest > 0
        ? [this.#view.paint.faint(`… and ${plural(rest, 'capsule')} more${this.#deeper ? ', further away' : ''}`)]
        : []
    return [...this.#lines, ...left]
  }

  #drawBelow(id: string, stem: string, depth: number): void {
    const children = this.#next.get(id) ?? []
    children.forEach(({ edge, id: child }, index) => {
      const last = index === children.length - 1
      if (this.#drawn.size > DRAWN_MAX) return
      const known = this.#drawn.has(child)
      this.#drawn.add(child)
      this.#lines.push(this.#line(child, edge, `${stem}${last ? '└─ ' : '├─ '}`, known))
      const below = `${stem}${last ? '   ' : '│  '}`
      this.#lines.push(...this.#reason(edge, below))
      if (known) return
      if (depth + 1 < DRAWN_DEPTH_MAX) this.#drawBelow(child, below, depth + 1)
      else if (this.#next.has(child)) this.#deeper = true
    })
  }

  #line(id: string, edge: Edge, stem: string, known: boolean): string {
    const node = this.#nodes.get(id)
    const version = this.#side === 'ancestors' ? edge.version : edge.from_version
    if (known) return `${stem}${this.#view.paint.faint(`(above) ${id}`)}`
    if (node === undefined) return `${stem}${this.#view.paint.faint(`${id}@${version}`)}`
    return nodeLine(node, version, stem, this.#view)
  }

  #reason({ reason, current }: Edge, below: string): string[] {
    const past = current ? '' : ' (an older version did)'
    const words = oneLine(`${reason}${past}`)
    return words === '' ? [] : [below + this.#view.paint.faint(shorten(words, this.#view.width - columnsOf(below)))]
  }

  /** How many capsules hang on the root in this direction, itself included. */
  #reach(root: string): number {
    const seen = new Set([root])
    for (const id of seen) for (const child of this.#next.get(id) ?? []) seen.add(child.id)
    return seen.size
  }
}

/** `stem title  id@version`, the title as long as there is room. */
function nodeLine(node: Node, version: string | undefined, stem: string, view: View): string {
  const { paint, width } = view
  const ref = `${node.id}@${version ?? node.version}`
  const status = node.status === 'ACTIVE' ? '' : ` ${paint.bad(node.status)}`
  const low = node.trust < 60 ? ` ${trustWords(node.trust, paint)}` : ''
  const room = Math.max(TITLE_COLUMNS_MIN, width - columnsOf(stem) - ref.length - 2 - columnsOf(low + status))
  const title = shorten(oneLine(node.title ?? '(no title)'), room)
  return `${stem}${paint.strong(title)}  ${paint.faint(ref)}${low}${status}`
}

/** The way from one capsule to another, a step a line. */
export function pathLines({ found, nodes, edges, truncated }: AnswerOf<'getLineagePath'>, view: View): string[] {
  if (!found && truncated) return ['No path was found, but the lineage is too large to be walked to its end.']
  if (!found) return ['Neither derives from the other: there is no path.']
  return nodes.flatMap((node, index) => {
    const edge = edges[index]
    const reason =
      edge === undefined
        ? []
        : [
            `   ${view.paint.faint(`${edge.from === node.id ? '↑ derived from' : '↓ led to'}: ${oneLine(edge.reason)}`)}`,
          ]
    return [nodeLine(node, undefined, '', view), ...reason]
  })
}

/** What two capsules both derive from. */
export function commonLines({ nearest, common }: AnswerOf<'getCommonAncestors'>, view: View): string[] {
  if (nearest === null) return ['They derive from nothing in common.']
  const others = common.filter(({ id }) => id !== nearest.id)
  const shown = others.slice(0, DRAWN_MAX)
  return [
    view.paint.strong('Nearest'),
    nodeLine(nearest, undefined, '  ', view),
    `  ${view.paint.faint(`since ${dateOf(nearest.created_at)}`)}`,
    ...(others.length === 0 ? [] : ['', view.paint.strong('Further back')]),
    ...shown.map((node) => nodeLine(node, undefined, '  ', view)),
    ...(others.length > shown.length ? [`  … and ${others.length - shown.length} more`] : []),
  ]
}
