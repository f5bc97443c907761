import { Parser } from 'htmlparser2'
import { decodeMarkup } from './decode-markup.ts'
import { CONVERSION_LIMITS } from './limits.ts'
import { UnfitDocument } from './unfit-document.ts'

/** An element by its local name: what prefix a program gives a namespace says nothing. */
export interface XmlNode {
  readonly name: string
  /** By the names as written, prefix and all. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (XmlNode | string)[]
}

export interface XmlEvents {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void
  readonly close: (name: string) => void
  readonly text: (text: string) => void
}

/**
 * Reads XML event by event. Declarations of entities mean nothing here, and nothing is loaded.
 *
 * @throws UnfitDocument beyond the limits of depth, elements and attributes.
 */
export function readXml(bytes: Uint8Array, { open, close, text }: XmlEvents): void {
  const { depthMax, elementsMax, attributesMax } = CONVERSION_LIMITS
  let [depth, elements, attributes] = [0, 0, 0]
  const parser = new Parser(
    {
      onopentagname: () => {
        attributes = 0
        if (++depth > depthMax) throw new UnfitDocument(`its elements are more than ${depthMax} deep in one another`)
        if (++elements > elementsMax) throw new UnfitDocument(`a part of it has more than ${elementsMax} elements`)
      },
      onattribute: () => {
        if (++attributes > attributesMax)
          throw new UnfitDocument(`an element of it has more than ${attributesMax} attributes`)
      },
      onopentag: (name, given) => open(localName(name), given),
      onclosetag: (name) => {
        depth--
        close(localName(name))
      },
      ontext: text,
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(decodeMarkup(bytes))
}

/** The whole of it as a tree below a node without a name. */
export function parseXml(bytes: Uint8Array): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [] }
  const path = [root]
  readXml(bytes, {
    open: (name, attributes) => {
      const node = { name, attributes, children: [] }
      path.at(-1)?.children.push(node)
      path.push(node)
    },
    close: () => path.pop(),
    text: (text) => path.at(-1)?.children.push(text),
  })
  return root
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** The attribute of this local name, with or without a prefix. */
export function attributeOf({ attributes }: Pick<XmlNode, 'attributes'>, name: string): string | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name]
  for (const [key, value] of Object.entries(attributes)) if (key.endsWith(`:${name}`)) return value
  return undefined
}

/** `r:id`, which is another thing than `id`. */
export const relationOf = ({ attributes }: XmlNode, name = 'id'): string | undefined =>
  Object.entries(attributes).find(([key]) => key.includes(':') && localName(key) === name)?.[1]

export const elementsOf = (node: XmlNode): XmlNode[] => node.children.filter((child) => typeof child !== 'string')

export const childOf = (node: XmlNode | undefined, name: string): XmlNode | undefined =>
  node && elementsOf(node).find((child) => child.name === name)

/** The first element of this name below, in the order of the text. */
export function find(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node && descendants(node, name).next().value
}

/** Elements of this name below, in the order of the text; not those within one another. */
export function* descendants(node: XmlNode, name: string): Generator<XmlNode, undefined, undefined> {
  for (const child of elementsOf(node)) {
    if (child.name === name) yield child
    else yield* descendants(child, name)
  }
}

/** All text below. */
export function textOf(node: XmlNode | undefined): string {
  return node ? node.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('') : ''
}
