import { CONVERSION_LIMITS } from './limits.ts'
import { escapeText } from './markdown-text.ts'
import { CELL_BYTES_MIN, MarkdownWriter, tooLong } from './markdown-writer.ts'
import { OfficePackage } from './office-package.ts'
import { UnfitDocument } from './unfit-document.ts'
import { formatNumber, readCells, type WorkbookCells } from './xlsx-cells.ts'
import { attributeOf, descendants, readXml, relationOf } from './xml-node.ts'

/**
 * The Markdown of a workbook: each sheet is a heading and a table, with values as they were last worked out. Hidden sheets,
 * rows and columns stay out, and so do formulas, charts, comments and macros.
 *
 * @throws UnfitDocument when it is none.
 */
export async function convertXlsx(bytes: Uint8Array): Promise<string> {
  const office = await OfficePackage.open(bytes)
  const { part, root } = office.main('workbook')
  const relations = office.relationsOf(part)
  const sheets = [...descendants(root, 'sheet')]
  if (sheets.length > CONVERSION_LIMITS.pagesMax)
    throw new UnfitDocument(`it has more than ${CONVERSION_LIMITS.pagesMax} sheets`)
  const cells = readCells(office, part, root)
  const writer = new MarkdownWriter()
  for (const sheet of sheets) {
    const xml = office.read(relations.get(relationOf(sheet) ?? '')?.target ?? '')
    if (!xml || (attributeOf(sheet, 'state') ?? 'visible') !== 'visible') continue
    const rows = readSheet(xml, cells)
    if (rows.length === 0) continue
    writer.heading(2, escapeText(attributeOf(sheet, 'name') ?? ''))
    writer.table(rows)
  }
  return writer.finish({ format: 'xlsx', ...office.facts(), pages: sheets.length })
}

/** Rows in their order, without those that are empty. */
function readSheet(xml: Uint8Array, cells: WorkbookCells): string[][] {
  const reader = new SheetReader(cells)
  readXml(xml, {
    open: (name, attributes) => reader.open(name, { attributes }),
    close: (name) => reader.close(name),
    text: (text) => reader.text(text),
  })
  return reader.rows
}

type Attributes = { readonly attributes: Readonly<Record<string, string>> }

/** A sheet is read event by event: a tree of it would take many times its size. */
class SheetReader {
  readonly rows: string[][] = []
  readonly #cells: WorkbookCells
  /** 1 for each that is hidden: a sheet may name as many as it likes, and each cell asks. */
  readonly #hiddenColumns = new Uint8Array(CONVERSION_LIMITS.columnsMax)
  #row: string[] = []
  #isRowHidden = false
  #column = -1
  #cell: { readonly type: string; readonly style: number } | undefined
  #value = ''
  /** Inside what a cell says: a stored value, or a text of its own. */
  #isReading = false
  #length = 0

  constructor(cells: WorkbookCells) {
    this.#cells = cells
  }

  open(name: string, node: Attributes): void {
    if (name === 'col') this.#openColumns(node)
    else if (name === 'row') this.#openRow(node)
    else if (name === 'c') this.#openCell(node)
    else if (name === 'v' || name === 't') this.#isReading = true
    else if (name === 'rPh') this.#isReading = false
  }

  text(text: string): void {
    if (this.#isReading && this.#cell) this.#value += text
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#isReading = false
    else if (name === 'c') this.#closeCell()
    else if (name === 'row' && !this.#isRowHidden && this.#row.length > 0) this.rows.push(this.#row)
  }

  #openColumns(node: Attributes): void {
    if (!isTrue(attributeOf(node, 'hidden'))) return
    const [min, max] = [Number(attributeOf(node, 'min')), Number(attributeOf(node, 'max'))]
    // A place below 0 would be one from the end.
    if (min >= 1 && max >= min) this.#hiddenColumns.fill(1, min - 1, max)
  }

  #openRow(node: Attributes): void {
    this.#row = []
    this.#column = -1
    this.#isRowHidden = isTrue(attributeOf(node, 'hidden'))
  }

  #openCell(node: Attributes): void {
    this.#column = columnOf(attributeOf(node, 'r')) ?? this.#column + 1
    this.#value = ''
    this.#cell = { type: attributeOf(node, 't') ?? 'n', style: Number(attributeOf(node, 's') ?? 0) }
  }

  #closeCell(): void {
    const text = this.#cell ? this.#shown(this.#cell.type, this.#cell.style) : ''
    this.#cell = undefined
    if (
      text === '' ||
      this.#isRowHidden ||
      this.#column >= CONVERSION_LIMITS.columnsMax ||
      this.#hiddenColumns[this.#column]
    )
      return
    this.#length += text.length + CELL_BYTES_MIN
    if (this.#length > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    // A row with holes takes no memory for cells that say nothing.
    this.#row[this.#column] = text
  }

  #shown(type: string, style: number): string {
    const { texts, formats, isFrom1904 } = this.#cells
    const stored = this.#value
    if (type === 's') return escapeText(texts[Number(stored)] ?? '')
    if (type === 'b') return stored === '1' ? 'TRUE' : 'FALSE'
    if (type !== 'n') return escapeText(stored)
    return stored === '' ? '' : formatNumber(stored, formats[style] ?? 'number', isFrom1904)
  }
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true'

/** `C12` is column 2; nothing for what names none. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
