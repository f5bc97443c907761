import type { RunLook } from './run-text.ts'
import { attributeOf, childOf, descendants, elementsOf, find, type XmlNode } from './xml-node.ts'

interface OdfStyle {
  readonly look: RunLook
  readonly isHidden: boolean
  readonly level: number | undefined
  readonly parent: string | undefined
}

const PARENTS_MAX = 20

/** What the styles of an OpenDocument file mean for its text. */
export class OdfStyles {
  readonly #styles = new Map<string, OdfStyle>()
  /** Lists by name, each with whether its levels are numbered. */
  readonly #lists = new Map<string, readonly boolean[]>()
  /** The list that is open says it for those within it. */
  #list: string | undefined

  /** @param parts roots that hold styles; later ones prevail. */
  constructor(parts: readonly (XmlNode | undefined)[]) {
    for (const part of parts) {
      if (!part) continue
      for (const node of descendants(part, 'style')) this.#styles.set(attributeOf(node, 'name') ?? '', toStyle(node))
      for (const node of descendants(part, 'list-style'))
        this.#lists.set(attributeOf(node, 'name') ?? '', levelsOf(node))
    }
  }

  /** A display of none, on the element or by its style. */
  isHidden(node: XmlNode): boolean {
    if (attributeOf(node, 'display') === 'none' || attributeOf(node, 'visibility') === 'collapse') return true
    return this.#chain(node).some(({ isHidden }) => isHidden)
  }

  lookOf(node: XmlNode): RunLook | undefined {
    return this.#chain(node)[0]?.look
  }

  /** Titles are headings by their style alone. */
  headingLevel(node: XmlNode): number | undefined {
    return this.#chain(node).find(({ level }) => level !== undefined)?.level
  }

  isOrdered(list: XmlNode, depth: number): boolean {
    if (depth === 0 || attributeOf(list, 'style-name')) this.#list = attributeOf(list, 'style-name')
    return this.#lists.get(this.#list ?? '')?.[depth] ?? false
  }

  #chain(node: XmlNode): OdfStyle[] {
    const chain: OdfStyle[] = []
    let name = attributeOf(node, 'style-name')
    while (name !== undefined && chain.length < PARENTS_MAX) {
      const style = this.#styles.get(name)
      if (style) chain.push(style)
      name = style?.parent
    }
    return chain
  }
}

function toStyle(node: XmlNode): OdfStyle {
  const text = childOf(node, 'text-properties')
  const drawing = find(node, 'drawing-page-properties')
  const property = (name: string): string => (text && attributeOf(text, name)) ?? ''
  return {
    look: {
      strong: property('font-weight') === 'bold',
      emphasis: property('font-style') === 'italic',
      struck: !['', 'none'].includes(property('text-line-through-style')),
    },
    isHidden: property('display') === 'none' || (drawing && attributeOf(drawing, 'visibility')) === 'hidden',
    level: attributeOf(node, 'name') === 'Title' ? 1 : undefined,
    parent: attributeOf(node, 'parent-style-name'),
  }
}

const levelsOf = (list: XmlNode): readonly boolean[] =>
  elementsOf(list).map(
    ({ name, attributes }) => name.endsWith('number') && attributeOf({ attributes }, 'num-format') !== '',
  )
