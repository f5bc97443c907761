/** A table of Markdown; the cells stand in it as they are. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Text that stays what it is, in a cell as elsewhere. */
export const cell = (text: string): string => text.replaceAll(/[\\`*_{}[\]()<>#|!~]/g, '\\$&').replaceAll(/\s+/g, ' ')
