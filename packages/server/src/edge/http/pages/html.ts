/** Markup that may stand in a page as it is. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** What may stand between markup: text is escaped, markup is not, lists are joined, nothing is nothing. */
export type Fragment = Html | string | number | undefined | readonly Fragment[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup from a template; every value in it is escaped unless it is markup itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly Fragment[]): Html =>
  new Html(parts.reduce((text, part, index) => text + render(values[index - 1]) + part))

function render(value: Fragment): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign]!)
}

/** Text with `code` between backticks, as descriptions of the contract are written. */
export const prose = (text: string): Fragment =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
