import { CONVERSION_LIMITS } from './limits.ts'
import { escapeLine, longestRun } from './markdown-text.ts'
import { collapsed, visible } from './plain-text.ts'
import { UnfitDocument } from './unfit-document.ts'

export interface ListItem {
  /** From 0. */
  readonly depth: number
  /** The number of an ordered item. */
  readonly number?: number | undefined
}

/** What a document says about itself. */
export interface DocumentFacts {
  readonly format: string
  readonly title?: string | undefined
  readonly author?: string | undefined
  readonly pages?: number | undefined
  /** Pages that could not be read. */
  readonly pagesLeftOut?: number | undefined
}

const INDENT = '    '
/** Of a cell without text. */
export const CELL_BYTES_MIN = ' | '.length

/**
 * Writes Markdown block by block, within the bytes that a capsule holds. Texts are Markdown inside their block; what
 * would begin another block is escaped here.
 *
 * Every method throws UnfitDocument when the text grows too long.
 */
export class MarkdownWriter {
  readonly #parts: string[] = []
  #bytes = 0
  /** Characters of tables, before they are blocks. */
  #pending = 0
  /** Depth of the item that is last or that the last block belongs to; nothing outside of lists. */
  #lastDepth: number | undefined
  /** Marks of the item that is the last block. */
  #lastMarks: 'bullet' | 'number' | undefined
  #quotes = 0
  #indent = 0

  /** Blocks from here on are quoted once more. */
  quote(): void {
    this.#quotes++
  }

  unquote(): void {
    this.#quotes = Math.max(0, this.#quotes - 1)
  }

  /** Blocks other than items that follow belong to an item of `depth - 1`; 0 is the page itself. */
  indent(depth: number): void {
    this.#indent = depth
  }

  /** @param level from 1; 6 for deeper ones. */
  heading(level: number, text: string): void {
    const line = collapsed(text).trim()
    if (line === '') return
    this.#write(`${'#'.repeat(Math.min(6, Math.max(1, level)))} ${line.replace(/\s#+$/, (end) => ` \\${end.trim()}`)}`)
  }

  paragraph(text: string): void {
    const lines = text.split('\n').map(escapeLine)
    this.#write(lines.filter((line) => line !== '').join('\n'))
  }

  /** An item deeper than one below the last is one below it: Markdown has no others. */
  item({ depth, number }: ListItem, text: string): void {
    const lines = text
      .split('\n')
      .map(escapeLine)
      .filter((line) => line !== '')
    if (lines.length === 0) return
    const actual = Math.min(depth, this.#lastDepth === undefined ? 0 : this.#lastDepth + 1)
    const marker = number === undefined ? '- ' : `${Math.max(0, number)}. `
    const pad = INDENT.repeat(actual)
    const block = lines.map((line, index) => `${pad}${index === 0 ? marker : ' '.repeat(marker.length)}${line}`)
    this.#write(block.join('\n'), { depth: actual, marks: number === undefined ? 'bullet' : 'number' })
  }

  code(text: string, language = ''): void {
    const code = visible(text).replace(/^\n+/, '').trimEnd()
    if (code === '') return
    const fence = '`'.repeat(Math.max(3, longestRun(code) + 1))
    this.#write(`${fence}${language}\n${code}\n${fence}`)
  }

  /** The first row is the head. Columns in which no row says anything are left out; a single column is paragraphs. */
  table(rows: readonly (readonly string[])[]): void {
    const used = usedColumns(rows)
    const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ''))
    if (filled.length * used.length * CELL_BYTES_MIN > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    if (used.length < 2) {
      for (const row of filled) this.paragraph(row[used[0] ?? 0] ?? '')
      return
    }
    const lines = filled.map((row) => this.#counted(`| ${used.map((index) => toCell(row[index])).join(' | ')} |`))
    lines.splice(1, 0, `|${' --- |'.repeat(used.length)}`)
    this.#write(lines.join('\n'))
  }

  rule(): void {
    if (this.#parts.length > 0) this.#write('* * *')
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /**
   * The document, facts first: so nothing in its text can pass for front matter.
   *
   * @throws UnfitDocument when there is no text.
   */
  finish({ format, title, author, pages, pagesLeftOut }: DocumentFacts): string {
    if (this.isEmpty) throw new UnfitDocument('it holds no text')
    const facts = Object.entries({ format, title, author, pages, pages_left_out: pagesLeftOut }).filter(
      ([, value]) => value !== undefined,
    )
    // A JSON value of one line is a YAML value.
    const head = facts.map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    const text = `---\n${head.join('\n')}\n---\n${this.#parts.join('')}\n`
    if (Buffer.byteLength(text) > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    return text
  }

  #write(block: string, item?: { readonly depth: number; readonly marks: 'bullet' | 'number' }): void {
    if (block === '') return
    // A number right below another mark would be read as text of that item.
    const tight = item !== undefined && this.#lastMarks === item.marks
    const prefix = '> '.repeat(this.#quotes) + (item ? '' : this.#indentation())
    const text = prefix === '' ? block : block.replace(/^/gm, () => prefix)
    const separator = this.#parts.length === 0 ? '' : tight ? '\n' : '\n\n'
    this.#bytes += Buffer.byteLength(text) + separator.length
    if (this.#bytes > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    this.#parts.push(separator, text)
    this.#lastMarks = item?.marks
    // A paragraph inside an item leaves the list open.
    if (item || this.#indent === 0) this.#lastDepth = item?.depth
  }

  /** Never deeper than the item it belongs to: four spaces more would be code. */
  #indentation(): string {
    return this.#lastDepth === undefined ? '' : INDENT.repeat(Math.min(this.#indent, this.#lastDepth + 1))
  }

  /** A table is counted line by line, as it may be far too long before it is a block. */
  #counted(line: string): string {
    this.#pending += line.length
    if (this.#pending > CONVERSION_LIMITS.textBytesMax) throw tooLong()
    return line
  }
}

/** What there is to say of a text above the limit, wherever that is noticed. */
export const tooLong = (): UnfitDocument =>
  new UnfitDocument(`its text has more than ${CONVERSION_LIMITS.textBytesMax} bytes, which is what a capsule holds`)

const toCell = (text = ''): string => collapsed(text).trim().replace(/\\?\|/g, '\\|')

function usedColumns(rows: readonly (readonly string[])[]): readonly number[] {
  const used = new Set<number>()
  // Rows of a sheet are long and have holes, which `forEach` steps over.
  for (const row of rows) {
    row.forEach((cell, index) => {
      if (cell.trim() !== '') used.add(index)
    })
  }
  return [...used].sort((a, b) => a - b)
}
