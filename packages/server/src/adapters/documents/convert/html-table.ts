import { CONVERSION_LIMITS } from './limits.ts'

/** Spans are believed up to here. */
const SPAN_MAX = CONVERSION_LIMITS.spanMax

/** Rows of cells as they come in; a cell that spans several is written in the first of them. */
export class HtmlTable {
  readonly rows: string[][] = []
  /** A table that only arranges a page: what is in its cells is blocks of the page. */
  isLayout: boolean
  isInCell = false
  #row: string[] = []
  /** Rows that each column is still taken for by a cell further up. */
  readonly #taken: number[] = []
  #span = { columns: 1, rows: 1 }
  /** Text of the open cell. */
  #pending = ''

  constructor(isLayout: boolean) {
    this.isLayout = isLayout
  }

  openCell(columns: string | undefined, rows: string | undefined): void {
    this.isInCell = true
    this.#span = { columns: spanOf(columns), rows: spanOf(rows) }
    this.#skipTaken()
  }

  /** More text of the open cell. */
  add(text: string): void {
    if (text === '') return
    this.#pending = this.#pending === '' ? text : `${this.#pending} ${text}`
  }

  closeCell(): void {
    if (!this.isInCell) return
    this.isInCell = false
    for (let column = 0; column < this.#span.columns && this.#row.length <= SPAN_MAX; column++) {
      if (this.#span.rows > 1) this.#taken[this.#row.length] = this.#span.rows - 1
      this.#row.push(column === 0 ? this.#pending : '')
    }
    this.#pending = ''
  }

  closeRow(): void {
    this.closeCell()
    if (this.#row.length > 0) this.rows.push(this.#row)
    this.#row = []
  }

  /** The rows so far, and what is open, as it turns out that this is no table of data. */
  dissolve(): { readonly rows: readonly (readonly string[])[]; readonly cells: readonly string[] } {
    const cells = [...this.#row, this.#pending].filter((cell) => cell !== '')
    const rows = this.rows.splice(0)
    this.#row = []
    this.#pending = ''
    this.isLayout = true
    return { rows, cells }
  }

  #skipTaken(): void {
    for (let left = this.#taken[this.#row.length] ?? 0; left > 0; left = this.#taken[this.#row.length] ?? 0) {
      this.#taken[this.#row.length] = left - 1
      this.#row.push('')
    }
  }
}

function spanOf(given: string | undefined): number {
  const span = Number.parseInt(given ?? '1', 10)
  return Number.isNaN(span) ? 1 : Math.min(Math.max(span, 1), SPAN_MAX)
}
