import { CONVERSION_LIMITS } from './limits.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { OfficePackage, type Relation } from './office-package.ts'
import { PLAIN, type RunLook, RunText } from './run-text.ts'
import { UnfitDocument } from './unfit-document.ts'
import { attributeOf, childOf, descendants, elementsOf, find, relationOf, type XmlNode } from './xml-node.ts'

/**
 * The Markdown of a presentation: slides in their order, each below its title, and the speaker's notes. Hidden slides and
 * shapes stay out.
 *
 * @throws UnfitDocument when it is none.
 */
export async function convertPptx(bytes: Uint8Array): Promise<string> {
  const office = await OfficePackage.open(bytes)
  const { part, root } = office.main('presentation')
  const relations = office.relationsOf(part)
  const slides = [...descendants(childOf(root, 'sldIdLst') ?? root, 'sldId')]
  if (slides.length > CONVERSION_LIMITS.pagesMax)
    throw new UnfitDocument(`it has more than ${CONVERSION_LIMITS.pagesMax} slides`)
  const writer = new MarkdownWriter()
  for (const [index, slide] of slides.entries()) {
    writeSlide(office, relations.get(relationOf(slide) ?? '')?.target, index + 1, writer)
  }
  return writer.finish({ format: 'pptx', ...office.facts(), pages: slides.length })
}

function writeSlide(office: OfficePackage, part: string | undefined, number: number, writer: MarkdownWriter): void {
  const slide = find(office.find(part), 'sld')
  if (part === undefined || !slide || attributeOf(slide, 'show') === '0') return
  const reader = new SlideReader(office.relationsOf(part), writer)
  const shapes = find(slide, 'spTree')
  if (!shapes) return
  writer.heading(2, reader.title(shapes) || `Slide ${number}`)
  reader.shapes(shapes)
  const notes = find(office.find(office.partOf(part, 'notesSlide')), 'spTree')
  if (notes) reader.notes(notes)
}

const TITLES: ReadonlySet<string> = new Set(['title', 'ctrTitle'])
/** What repeats on every slide. */
const REPEATED: ReadonlySet<string> = new Set(['dt', 'ftr', 'sldNum', 'hdr', 'sldImg'])
const DEPTH_MAX = 8

class SlideReader {
  readonly #relations: ReadonlyMap<string, Relation>
  readonly #writer: MarkdownWriter

  constructor(relations: ReadonlyMap<string, Relation>, writer: MarkdownWriter) {
    this.#relations = relations
    this.#writer = writer
  }

  title(shapes: XmlNode): string {
    const shape = [...descendants(shapes, 'sp')].find((node) => TITLES.has(roleOf(node) ?? ''))
    const paragraphs = shape ? [...descendants(shape, 'p')] : []
    return paragraphs
      .map((node) => this.#text(node, true))
      .filter(Boolean)
      .join(' ')
  }

  shapes(tree: XmlNode): void {
    for (const node of elementsOf(tree)) {
      if (isHidden(node)) continue
      if (node.name === 'sp') this.#shape(node)
      else if (node.name === 'pic') this.#picture(node)
      else if (node.name === 'graphicFrame') this.#frame(node)
      else if (node.name !== 'Fallback') this.shapes(node)
    }
  }

  notes(tree: XmlNode): void {
    const body = [...descendants(tree, 'sp')].filter((node) => roleOf(node) === 'body')
    const texts = body.flatMap((node) => [...descendants(node, 'p')]).map((node) => this.#text(node, false))
    const filled = texts.filter(Boolean)
    if (filled.length > 0) this.#writer.paragraph(`Notes: ${filled.join('\n')}`)
  }

  #shape(node: XmlNode): void {
    const role = roleOf(node)
    if (TITLES.has(role ?? '') || REPEATED.has(role ?? '')) return
    for (const paragraph of descendants(childOf(node, 'txBody') ?? EMPTY, 'p')) {
      const text = this.#text(paragraph, false)
      // The body of a slide is a list, as its pattern says; a box of text is none unless it says so.
      if (role === undefined || role === 'subTitle') this.#writer.paragraph(text)
      else this.#writer.item({ depth: depthOf(paragraph) }, text)
    }
    this.#writer.indent(0)
  }

  #frame(node: XmlNode): void {
    const table = find(node, 'tbl')
    const rows = [...descendants(table ?? EMPTY, 'tr')].map((row) =>
      [...descendants(row, 'tc')].map((cell) => this.#cell(cell)),
    )
    if (table) this.#writer.table(rows)
    else this.#picture(node)
  }

  #cell(cell: XmlNode): string {
    if (attributeOf(cell, 'hMerge') === '1' || attributeOf(cell, 'vMerge') === '1') return ''
    return [...descendants(cell, 'p')]
      .map((node) => this.#text(node, false))
      .filter(Boolean)
      .join(' ')
  }

  #picture(node: XmlNode): void {
    const properties = find(node, 'cNvPr')
    const text = new RunText()
    text.add((properties && attributeOf(properties, 'descr')) ?? '', PLAIN)
    this.#writer.paragraph(text.take())
  }

  #text(paragraph: XmlNode, isPlain: boolean): string {
    const text = new RunText()
    for (const node of elementsOf(paragraph)) {
      if (node.name === 'br') text.inline.break()
      else if (node.name === 'r' || node.name === 'fld') this.#run(node, text, isPlain)
    }
    return text.take()
  }

  #run(node: XmlNode, text: RunText, isPlain: boolean): void {
    const properties = childOf(node, 'rPr')
    const look = properties && !isPlain ? lookOf(properties) : PLAIN
    const href = this.#href(childOf(properties, 'hlinkClick'))
    for (const child of childOf(node, 't')?.children ?? []) {
      if (typeof child !== 'string') continue
      if (href === undefined) text.add(child, look)
      else text.link(href, () => text.add(child, look))
    }
  }

  #href(click: XmlNode | undefined): string | undefined {
    const relation = click && this.#relations.get(relationOf(click) ?? '')
    return relation?.isExternal ? relation.target : undefined
  }
}

const EMPTY: XmlNode = { name: '', attributes: {}, children: [] }

/** What the pattern of the slide has the shape for, `obj` where it says nothing more; nothing for a shape of its own. */
function roleOf(shape: XmlNode): string | undefined {
  const role = find(childOf(shape, 'nvSpPr'), 'ph')
  return role && (attributeOf(role, 'type') ?? 'obj')
}

function isHidden(node: XmlNode): boolean {
  const properties = elementsOf(node).find(({ name }) => /^nv\w*Pr$/.test(name))
  const own = childOf(properties, 'cNvPr')
  return own !== undefined && attributeOf(own, 'hidden') === '1'
}

function depthOf(paragraph: XmlNode): number {
  const properties = childOf(paragraph, 'pPr')
  const level = Number.parseInt((properties && attributeOf(properties, 'lvl')) ?? '0', 10)
  return Number.isNaN(level) ? 0 : Math.min(Math.max(level, 0), DEPTH_MAX)
}

const lookOf = (properties: XmlNode): RunLook => ({
  strong: attributeOf(properties, 'b') === '1',
  emphasis: attributeOf(properties, 'i') === '1',
  struck: (attributeOf(properties, 'strike') ?? 'noStrike') !== 'noStrike',
})
