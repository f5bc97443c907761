import { CONVERSION_LIMITS } from './limits.ts'
import { escapeText } from './markdown-text.ts'
import { CELL_BYTES_MIN, MarkdownWriter, tooLong } from './markdown-writer.ts'
import { OdfStyles } from './odf-styles.ts'
import { toLabel } from './plain-text.ts'
import { PLAIN, type RunLook, RunText } from './run-text.ts'
import { UnfitDocument } from './unfit-document.ts'
import { attributeOf, childOf, descendants, elementsOf, find, parseXml, textOf, type XmlNode } from './xml-node.ts'
import { ZipArchive } from './zip-archive.ts'

/**
 * The Markdown of an OpenDocument text, sheet or presentation. What is hidden, removed or commented stays out.
 *
 * @throws UnfitDocument when it is none.
 */
export async function convertOdf(bytes: Uint8Array): Promise<string> {
  const zip = await ZipArchive.open(bytes)
  const manifest = zip.read('META-INF/manifest.xml')
  if (manifest && find(parseXml(manifest), 'encryption-data')) throw new UnfitDocument('it is encrypted')
  const xml = zip.read('content.xml')
  const content = xml && parseXml(xml)
  const body = find(content, 'body')
  if (!content || !body) throw new UnfitDocument('it is not what its ending says')
  const styles = zip.read('styles.xml')
  const reader = new OdfReader(new OdfStyles([styles && parseXml(styles), content]))
  reader.blocks(body)
  const meta = zip.read('meta.xml')
  const facts = meta && parseXml(meta)
  return reader.writer.finish({
    format: 'odf',
    title: toLabel(textOf(find(facts, 'title'))),
    author: toLabel(textOf(find(facts, 'creator') ?? find(facts, 'initial-creator'))),
    ...(reader.slides > 0 ? { pages: reader.slides } : {}),
  })
}

/** History, comments, forms, settings, code, and what a program works out by itself. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  (
    'tracked-changes annotation annotation-end forms sequence-decls scripts event-listeners settings calculation-settings ' +
    'named-expressions database-ranges hidden-text hidden-paragraph table-of-content alphabetical-index object-index ' +
    'covered-table-cell variable-decls user-field-decls shapes'
  ).split(' '),
)
class OdfReader {
  readonly writer = new MarkdownWriter()
  slides = 0
  readonly #styles: OdfStyles
  #notes: XmlNode[] = []
  /** Boxes that stand in a paragraph are read after it. */
  #boxes: XmlNode[] = []
  /** Cells of all tables. */
  #cellCount = 0
  #noteCount = 0

  constructor(styles: OdfStyles) {
    this.#styles = styles
  }

  blocks(node: XmlNode, depth = 0): void {
    for (const child of elementsOf(node)) {
      if (LEFT_OUT.has(child.name) || this.#styles.isHidden(child)) continue
      if (Object.hasOwn(this.#blocks, child.name)) this.#blocks[child.name]?.(child, depth)
      else this.blocks(child, depth)
    }
  }

  readonly #blocks: Readonly<Record<string, (node: XmlNode, depth: number) => void>> = {
    h: (node) => this.writer.heading(Number(attributeOf(node, 'outline-level') ?? 1) || 1, this.#text(node, true)),
    p: (node) => {
      this.writer.indent(0)
      const level = this.#styles.headingLevel(node)
      if (level === undefined) this.writer.paragraph(this.#text(node))
      else this.writer.heading(level, this.#text(node, true))
      this.#writeNotes()
      for (const box of this.#boxes.splice(0)) this.blocks(box)
    },
    list: (node, depth) => this.#list(node, depth),
    table: (node) => this.#table(node),
    page: (node) => this.#slide(node),
    desc: () => undefined,
    title: () => undefined,
  }

  #list(node: XmlNode, depth: number): void {
    const isOrdered = this.#styles.isOrdered(node, depth)
    const start = Number.parseInt(attributeOf(node, 'start-value') ?? '1', 10) || 1
    for (const [index, item] of elementsOf(node).entries()) {
      const number = isOrdered ? start + index : undefined
      for (const child of elementsOf(item)) {
        if (child.name === 'list') this.#list(child, depth + 1)
        else if (child.name === 'h') this.#blocks.h?.(child, depth)
        else if (child.name === 'p') this.writer.item({ depth, number }, this.#text(child))
        else this.blocks(child, depth + 1)
      }
    }
  }

  #table(node: XmlNode): void {
    const rows = [...this.#rows(node)]
    if (rows.length > 0 && find(node, 'table') === undefined) this.writer.heading(2, escapeText(sheetName(node)))
    this.writer.table(rows)
  }

  *#rows(table: XmlNode): Generator<string[], void, undefined> {
    for (const child of elementsOf(table)) {
      if (attributeOf(child, 'visibility') === 'collapse' || attributeOf(child, 'visibility') === 'filter') continue
      if (child.name !== 'table-row') {
        if (/^table-(?:rows|header-rows|row-group)$/.test(child.name)) yield* this.#rows(child)
        continue
      }
      const row = this.#cells(child)
      if (row.some((cell) => cell !== '')) yield row
    }
  }

  /** With holes for cells that say nothing: one is repeated to the edge of the sheet where a program has painted it. */
  #cells(row: XmlNode): string[] {
    const cells: string[] = []
    let column = 0
    for (const cell of elementsOf(row)) {
      const text = cell.name === 'table-cell' ? this.#cellText(cell) : ''
      const times = Number.parseInt(attributeOf(cell, 'number-columns-repeated') ?? '1', 10) || 1
      const end = Math.min(column + Math.max(times, 1), CONVERSION_LIMITS.columnsMax)
      if (text !== '') for (let index = column; index < end; index++) cells[index] = text
      column = end
    }
    this.#cellCount += cells.length
    if (this.#cellCount * CELL_BYTES_MIN > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    return cells
  }

  #cellText(cell: XmlNode): string {
    const paragraphs = [...paragraphsOf(cell)].filter((node) => !this.#styles.isHidden(node))
    return paragraphs
      .map((node) => this.#text(node))
      .filter(Boolean)
      .join(' ')
  }

  #slide(page: XmlNode): void {
    this.slides++
    if (this.slides > CONVERSION_LIMITS.pagesMax)
      throw new UnfitDocument(`it has more than ${CONVERSION_LIMITS.pagesMax} slides`)
    const frames = [...descendants(page, 'frame')]
    const title = frames.find((frame) => attributeOf(frame, 'class') === 'title')
    const text = title ? [...paragraphsOf(title)].map((node) => this.#text(node, true)).join(' ') : ''
    this.writer.heading(2, text.trim() || `Slide ${this.slides}`)
    for (const child of elementsOf(page)) {
      if (child === title || this.#styles.isHidden(child)) continue
      if (child.name === 'notes') this.#speakerNotes(child)
      else this.blocks({ name: '', attributes: {}, children: [child] })
    }
  }

  #speakerNotes(notes: XmlNode): void {
    const texts = [...paragraphsOf(notes)].map((node) => this.#text(node)).filter(Boolean)
    if (texts.length > 0) this.writer.paragraph(`Notes: ${texts.join('\n')}`)
  }

  #text(node: XmlNode, isPlain = false): string {
    const text = new RunText()
    this.#runs(node, text, isPlain ? undefined : PLAIN)
    return text.take()
  }

  /** @param look nothing where looks do not count. */
  #runs(node: XmlNode, text: RunText, look: RunLook | undefined): void {
    for (const child of node.children) {
      if (typeof child === 'string') text.add(child, look ?? PLAIN)
      else if (!LEFT_OUT.has(child.name) && !this.#styles.isHidden(child)) this.#run(child, text, look)
    }
  }

  #run(node: XmlNode, text: RunText, look: RunLook | undefined): void {
    if (node.name === 's' || node.name === 'tab') text.inline.add(' ')
    else if (node.name === 'line-break') text.inline.break()
    else if (node.name === 'note') this.#note(node, text)
    else if (node.name === 'frame') {
      text.add(textOf(childOf(node, 'desc')), PLAIN)
      const box = childOf(node, 'text-box')
      if (box) this.#boxes.push(box)
    } else if (node.name === 'a') text.link(attributeOf(node, 'href'), () => this.#runs(node, text, look))
    else this.#runs(node, text, look && node.name === 'span' ? (this.#styles.lookOf(node) ?? look) : look)
  }

  #note(node: XmlNode, text: RunText): void {
    this.#notes.push(node)
    text.inline.write(`[^${++this.#noteCount}]`)
  }

  /** Below the paragraph they belong to. */
  #writeNotes(): void {
    const notes = this.#notes.splice(0)
    for (const [index, note] of notes.entries()) {
      const body = childOf(note, 'note-body')
      const number = this.#noteCount - notes.length + index + 1
      const texts = body ? [...paragraphsOf(body)].map((node) => this.#text(node)) : []
      this.writer.paragraph(`[^${number}]: ${texts.join(' ')}`)
    }
  }
}

/** Sheets have names; tables of a text have them too, of which nobody knows. */
const sheetName = (table: XmlNode): string => {
  const name = attributeOf(table, 'name') ?? ''
  return /^(?:Table|Tabelle|Tableau)\s?\d+$/.test(name) ? '' : name
}

function* paragraphsOf(node: XmlNode): Generator<XmlNode, undefined, undefined> {
  for (const child of elementsOf(node)) {
    if (LEFT_OUT.has(child.name)) continue
    if (child.name === 'p' || child.name === 'h') yield child
    else yield* paragraphsOf(child)
  }
}
