import { columnize, oneLine, wrap } from './text.ts'
import type { View } from './view.ts'

export interface ConfigLine {
  readonly key: string
  readonly value?: unknown
  readonly origin: string
  readonly description: string
}

/**
 * Every key with its value and where that comes from; what is no default stands out.
 *
 * @param file the one that was read, null when there is none, undefined when that is not known.
 */
export function configLines(
  rows: readonly ConfigLine[],
  file: string | null | undefined,
  { paint, width }: View,
): string[] {
  const lines = columnize(rows.map(({ key, value, origin }) => [key, showValue(value), origin]))
  const painted = lines.map((line, index) =>
    rows[index]?.origin === 'default' ? paint.faint(line) : paint.strong(line),
  )
  const where = file === null ? 'No configuration file was found. ' : file === undefined ? '' : `Read from ${file}. `
  return [...painted, '', ...wrap(`${where}Defaults < file < votes < environment < flags.`, width)]
}

const showValue = (value: unknown): string =>
  value === undefined || value === null ? '(not set)' : oneLine(String(value))
