import { DocxStyles, type ListPlace } from './docx-styles.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { OfficePackage, type Relation } from './office-package.ts'
import { PLAIN, type RunLook, RunText } from './run-text.ts'
import { attributeOf, childOf, descendants, elementsOf, find, relationOf, type XmlNode } from './xml-node.ts'

/**
 * The Markdown of a Word document: its body and notes, as they stand when all changes are accepted. Page headers,
 * comments, hidden text, macros and what is linked stay out.
 *
 * @throws UnfitDocument when it is none.
 */
export async function convertDocx(bytes: Uint8Array): Promise<string> {
  const office = await OfficePackage.open(bytes)
  const { part, root } = office.main('document')
  const reader = new DocxReader(new DocxStyles(office, part), office.relationsOf(part))
  reader.blocks(childOf(root, 'body') ?? root)
  for (const kind of ['footnotes', 'endnotes']) reader.notes(office.find(office.partOf(part, kind)), kind)
  return reader.writer.finish({ format: 'docx', ...office.facts() })
}

/** Removed, moved away, code of fields, comments, and what is there for programs that know less. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  'del moveFrom instrText delText delInstrText Fallback pPr rPr tblPr trPr tcPr sdtPr annotationRef footnoteRef endnoteRef'.split(
    ' ',
  ),
)

class DocxReader {
  readonly writer = new MarkdownWriter()
  readonly #styles: DocxStyles
  readonly #relations: ReadonlyMap<string, Relation>
  /** How far each level of each list has counted. */
  readonly #counters = new Map<string, number[]>()
  /** Boxes that stand in a paragraph are read after it. */
  #boxes: XmlNode[] = []

  constructor(styles: DocxStyles, relations: ReadonlyMap<string, Relation>) {
    this.#styles = styles
    this.#relations = relations
  }

  blocks(node: XmlNode): void {
    for (const child of elementsOf(node)) {
      if (child.name === 'p') this.#paragraph(child)
      else if (child.name === 'tbl') this.writer.table(this.#rows(child))
      else if (!LEFT_OUT.has(child.name)) this.blocks(child)
    }
  }

  /** Notes have the numbers that the text names them by; those below 1 are lines between text and notes. */
  notes(root: XmlNode | undefined, kind: string): void {
    if (!root) return
    for (const note of descendants(root, kind.slice(0, -1))) {
      const id = Number(attributeOf(note, 'id'))
      const text = [...descendants(note, 'p')].map((node) => this.#text(node)).filter(Boolean)
      if (id > 0 && text.length > 0) this.writer.paragraph(`${noteMark(kind, id)}: ${text.join(' ')}`)
    }
  }

  #paragraph(node: XmlNode): void {
    const properties = childOf(node, 'pPr')
    const level = this.#styles.headingLevel(properties)
    const place = this.#styles.placeInList(properties)
    const text = this.#text(node, level !== undefined)
    if (text === '') this.writer.indent(0)
    else if (level !== undefined) this.writer.heading(level, text)
    else if (place) this.writer.item({ depth: place.depth, number: this.#count(place) }, text)
    else this.writer.paragraph(text)
    for (const box of this.#boxes.splice(0)) this.blocks(box)
  }

  #count(place: ListPlace): number | undefined {
    if (!this.#styles.isOrdered(place)) return undefined
    const counts = (this.#counters.get(place.list) ?? []).slice(0, place.depth + 1)
    const next = (counts[place.depth] ?? 0) + 1
    counts[place.depth] = next
    this.#counters.set(place.list, counts)
    return next
  }

  #rows(table: XmlNode): string[][] {
    return [...descendants(table, 'tr')].map((row) =>
      [...descendants(row, 'tc')].flatMap((cell) => {
        const properties = childOf(cell, 'tcPr')
        const merge = childOf(properties, 'vMerge')
        const isContinued = merge !== undefined && attributeOf(merge, 'val') !== 'restart'
        return [isContinued ? '' : this.#cellText(cell), ...emptyCells(properties)]
      }),
    )
  }

  #cellText(cell: XmlNode): string {
    const texts = [...descendants(cell, 'p')].map((node) => this.#text(node))
    const boxes = this.#boxes.splice(0).flatMap((box) => [...descendants(box, 'p')].map((node) => this.#text(node)))
    return [...texts, ...boxes].filter(Boolean).join(' ')
  }

  #text(node: XmlNode, isPlain = false): string {
    const text = new RunText()
    this.#runs(node, text, PLAIN, isPlain)
    return text.take()
  }

  #runs(node: XmlNode, text: RunText, look: RunLook, isPlain: boolean): void {
    for (const child of node.children) {
      if (typeof child === 'string' || LEFT_OUT.has(child.name)) continue
      const properties = child.name === 'r' ? childOf(child, 'rPr') : undefined
      if (isOn(properties, 'vanish') || isOn(properties, 'webHidden')) continue
      const own = properties && !isPlain ? lookOf(properties) : look
      if (child.name === 'hyperlink') text.link(this.#href(child), () => this.#runs(child, text, look, isPlain))
      else if (child.name === 't') text.add(child.children.filter(isString).join(''), look)
      else if (child.name === 'drawing' || child.name === 'pict' || child.name === 'object') this.#picture(child, text)
      else if (Object.hasOwn(SIGNS, child.name)) SIGNS[child.name]?.(text, child)
      else this.#runs(child, text, own, isPlain)
    }
  }

  #href(node: XmlNode): string | undefined {
    const relation = this.#relations.get(relationOf(node) ?? '')
    return relation?.isExternal ? relation.target : undefined
  }

  #picture(node: XmlNode, text: RunText): void {
    const properties = find(node, 'docPr')
    if (properties && attributeOf(properties, 'hidden') === '1') return
    const description = properties && attributeOf(properties, 'descr')
    if (description) text.add(description, PLAIN)
    // The same box stands here twice, for programs old and new.
    this.#boxes.push(...[...descendants(withoutFallback(node), 'txbxContent')])
  }
}

const isString = (child: XmlNode | string): child is string => typeof child === 'string'

const withoutFallback = (node: XmlNode): XmlNode => ({
  ...node,
  children: node.children
    .filter((child) => isString(child) || child.name !== 'Fallback')
    .map((child) => (isString(child) ? child : withoutFallback(child))),
})

const noteMark = (kind: string, id: number): string => `[^${kind === 'footnotes' ? '' : 'e'}${id}]`

function emptyCells(properties: XmlNode | undefined): string[] {
  const span = childOf(properties, 'gridSpan')
  const columns = Number.parseInt((span && attributeOf(span, 'val')) ?? '1', 10)
  return Array.from({ length: Math.min(Math.max(columns - 1, 0), 63) || 0 }, () => '')
}

const OFF: ReadonlySet<string> = new Set(['0', 'false', 'off', 'none'])

function isOn(properties: XmlNode | undefined, name: string): boolean {
  const child = childOf(properties, name)
  return child !== undefined && !OFF.has(attributeOf(child, 'val') ?? '1')
}

const lookOf = (properties: XmlNode): RunLook => ({
  strong: isOn(properties, 'b'),
  emphasis: isOn(properties, 'i'),
  struck: isOn(properties, 'strike') || isOn(properties, 'dstrike'),
})

const note = (kind: string) => (text: RunText, node: XmlNode) => {
  const id = Number(attributeOf(node, 'id'))
  if (id > 0) text.inline.write(noteMark(kind, id))
}

/** What stands for a sign or a place in the text. */
const SIGNS: Readonly<Record<string, (text: RunText, node: XmlNode) => void>> = {
  tab: (text) => text.inline.add(' '),
  br: (text) => text.inline.break(),
  cr: (text) => text.inline.break(),
  noBreakHyphen: (text) => text.inline.add('-'),
  footnoteReference: note('footnotes'),
  endnoteReference: note('endnotes'),
}
