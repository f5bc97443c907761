import type { OfficePackage } from './office-package.ts'
import { attributeOf, childOf, descendants, find, type XmlNode } from './xml-node.ts'

/** Where an item stands in a list of Word. */
export interface ListPlace {
  readonly list: string
  readonly depth: number
}

interface Style {
  readonly level: number | undefined
  readonly place: Partial<ListPlace>
  readonly base: string | undefined
}

/** Styles that are based on one another, at most. */
const BASES_MAX = 20
const DEPTH_MAX = 8
/** Outline level of body text. @see ECMA-376 part 1, 17.3.1.20 */
const BODY_LEVEL = 9
const NO_LIST = '0'

/** What the styles and numberings of a document mean for its paragraphs. */
export class DocxStyles {
  readonly #styles: ReadonlyMap<string, Style>
  /** Lists by number, each with the kinds of its levels. */
  readonly #ordered: ReadonlyMap<string, readonly boolean[]>

  constructor(office: OfficePackage, part: string) {
    const styles = office.find(office.partOf(part, 'styles'))
    const nodes = styles ? [...descendants(styles, 'style')] : []
    this.#styles = new Map(nodes.map((node) => [attributeOf(node, 'styleId') ?? '', toStyle(node)]))
    this.#ordered = readNumbering(office.find(office.partOf(part, 'numbering')))
  }

  /** Level of the heading that a paragraph of these properties is, from 1; nothing for any other. */
  headingLevel(properties: XmlNode | undefined): number | undefined {
    const own = outlineLevel(properties)
    if (own !== undefined) return own > DEPTH_MAX ? undefined : own + 1
    return this.#chain(properties).find(({ level }) => level !== undefined)?.level
  }

  placeInList(properties: XmlNode | undefined): ListPlace | undefined {
    const places = [placeIn(properties), ...this.#chain(properties).map(({ place }) => place)]
    const list = places.find((place) => place.list !== undefined)?.list
    const depth = places.find((place) => place.depth !== undefined)?.depth ?? 0
    return list === undefined || list === NO_LIST ? undefined : { list, depth }
  }

  isOrdered({ list, depth }: ListPlace): boolean {
    return this.#ordered.get(list)?.[depth] ?? false
  }

  #chain(properties: XmlNode | undefined): Style[] {
    const chain: Style[] = []
    let id = settingOf(properties, 'pStyle')
    while (id !== undefined && chain.length < BASES_MAX) {
      const style = this.#styles.get(id)
      if (style) chain.push(style)
      id = style?.base
    }
    return chain
  }
}

const settingOf = (node: XmlNode | undefined, name: string): string | undefined => {
  const child = childOf(node, name)
  return child && attributeOf(child, 'val')
}

function outlineLevel(properties: XmlNode | undefined): number | undefined {
  const level = Number.parseInt(settingOf(properties, 'outlineLvl') ?? '', 10)
  return Number.isNaN(level) ? undefined : Math.min(Math.max(level, 0), BODY_LEVEL)
}

function toStyle(node: XmlNode): Style {
  const properties = childOf(node, 'pPr')
  return { level: styleLevel(node, properties), place: placeIn(properties), base: settingOf(node, 'basedOn') }
}

function styleLevel(node: XmlNode, properties: XmlNode | undefined): number | undefined {
  const name = settingOf(node, 'name') ?? ''
  const [, number] = /^heading (\d)$/i.exec(name) ?? []
  if (number !== undefined) return Number(number)
  if (/^title$/i.test(name)) return 1
  const level = outlineLevel(properties)
  return level === undefined || level > DEPTH_MAX ? undefined : level + 1
}

function placeIn(properties: XmlNode | undefined): Partial<ListPlace> {
  const numbering = childOf(properties, 'numPr')
  const [list, depth] = [settingOf(numbering, 'numId'), Number.parseInt(settingOf(numbering, 'ilvl') ?? '', 10)]
  return {
    ...(list === undefined ? {} : { list }),
    ...(Number.isNaN(depth) ? {} : { depth: Math.min(Math.max(depth, 0), DEPTH_MAX) }),
  }
}

function readNumbering(numbering: XmlNode | undefined): ReadonlyMap<string, readonly boolean[]> {
  if (!numbering) return new Map()
  const kinds = new Map(
    [...descendants(numbering, 'abstractNum')].map((node) => [attributeOf(node, 'abstractNumId'), levelsOf(node)]),
  )
  const lists = [...descendants(numbering, 'num')]
  return new Map(
    lists.map((node) => [attributeOf(node, 'numId') ?? '', kinds.get(settingOf(node, 'abstractNumId')) ?? []]),
  )
}

const UNORDERED: ReadonlySet<string> = new Set(['bullet', 'none'])

const levelsOf = (node: XmlNode): readonly boolean[] =>
  [...descendants(node, 'lvl')].map((level) => {
    const format = find(level, 'numFmt')
    return !UNORDERED.has((format && attributeOf(format, 'val')) ?? 'decimal')
  })
