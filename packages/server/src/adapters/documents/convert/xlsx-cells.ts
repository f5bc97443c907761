import type { OfficePackage } from './office-package.ts'
import { attributeOf, childOf, descendants, elementsOf, textOf, type XmlNode } from './xml-node.ts'

/** What the cells of a workbook have in common: texts they share, and formats that make a number a date. */
export interface WorkbookCells {
  readonly texts: readonly string[]
  /** By the number of a cell's style. */
  readonly formats: readonly CellFormat[]
  /** Days are counted from 1904 instead of 1900. */
  readonly isFrom1904: boolean
}

export type CellFormat = 'number' | 'date' | 'time' | 'date and time' | 'percent'

/** Formats that every workbook has. @see ECMA-376 part 1, 18.8.30 */
const BUILT_IN: Readonly<Record<number, CellFormat>> = {
  9: 'percent',
  10: 'percent',
  14: 'date',
  15: 'date',
  16: 'date',
  17: 'date',
  18: 'time',
  19: 'time',
  20: 'time',
  21: 'time',
  22: 'date and time',
  45: 'time',
  46: 'time',
  47: 'time',
}

export function readCells(office: OfficePackage, part: string, workbook: XmlNode): WorkbookCells {
  const shared = office.find(office.partOf(part, 'sharedStrings'))
  const styles = office.find(office.partOf(part, 'styles'))
  const date1904 = childOf(workbook, 'workbookPr')
  return {
    texts: shared ? [...descendants(shared, 'si')].map(richText) : [],
    formats: styles ? readFormats(styles) : [],
    isFrom1904: ['1', 'true'].includes((date1904 && attributeOf(date1904, 'date1904')) ?? ''),
  }
}

/** Text in runs, without how it is read aloud. */
export const richText = (node: XmlNode): string =>
  elementsOf(node)
    .map((child) => (child.name === 't' ? textOf(child) : child.name === 'r' ? richText(child) : ''))
    .join('')

function readFormats(styles: XmlNode): CellFormat[] {
  const own = new Map(
    [...descendants(styles, 'numFmt')].map((node) => [
      attributeOf(node, 'numFmtId'),
      formatOf(attributeOf(node, 'formatCode') ?? ''),
    ]),
  )
  const cells = [...descendants(styles, 'cellXfs')].flatMap((node) => [...descendants(node, 'xf')])
  return cells.map((node) => {
    const id = attributeOf(node, 'numFmtId')
    return own.get(id) ?? BUILT_IN[Number(id)] ?? 'number'
  })
}

/** By the letters of the format, without what it quotes, escapes or puts in brackets. */
function formatOf(code: string): CellFormat {
  const letters = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, '').toLowerCase()
  const [hasDate, hasTime] = [/[yd]/.test(letters) || /^m+$/.test(letters), /[hs]/.test(letters)]
  if (hasDate) return hasTime ? 'date and time' : 'date'
  if (hasTime) return 'time'
  return letters.includes('%') ? 'percent' : 'number'
}

const DAY_MS = 86_400_000
/** Day 0 of both calendars. Excel's 1900 has a 29 February, so days before March 1900 are off by one. */
const EPOCHS = { from1900: Date.UTC(1899, 11, 30), from1904: Date.UTC(1904, 0, 1) } as const
/** The last day that a workbook knows: 31 December 9999. */
const DAYS_MAX = 2_958_466

/** A stored number as its format shows it. */
export function formatNumber(stored: string, format: CellFormat, isFrom1904: boolean): string {
  const value = Number(stored)
  if (stored.trim() === '' || !Number.isFinite(value)) return stored
  if (format === 'percent') return `${rounded(value * 100)}%`
  if (format === 'number' || value < 0 || value >= DAYS_MAX) return rounded(value)
  const at = new Date((isFrom1904 ? EPOCHS.from1904 : EPOCHS.from1900) + Math.round(value * 86_400) * 1000)
  const [date = '', time = ''] = at.toISOString().slice(0, 19).split('T')
  if (format === 'time' && value < 1) return time
  return format === 'date' || at.getTime() % DAY_MS === 0 ? date : `${date} ${time}`
}

/** Without the dust of binary fractions: 15 digits are what a workbook shows. */
const rounded = (value: number): string => String(Number(value.toPrecision(15)))
