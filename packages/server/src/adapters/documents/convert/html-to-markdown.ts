import { Parser } from 'htmlparser2'
import { isBlock, isLeftOut, isStructure, markOf } from './html-elements.ts'
import { HtmlTable } from './html-table.ts'
import { InlineText } from './inline-text.ts'
import { CONVERSION_LIMITS } from './limits.ts'
import type { MarkdownWriter } from './markdown-writer.ts'
import { toLabel } from './plain-text.ts'
import { UnfitDocument } from './unfit-document.ts'

type Attributes = Readonly<Record<string, string>>

export interface HtmlFacts {
  readonly title: string | undefined
  readonly author: string | undefined
}

/**
 * Writes the text of a page as it is read, in one pass: no tree is built, so memory does not grow with the page.
 *
 * @throws UnfitDocument for a page beyond the limits.
 */
export function writeHtml(html: string, writer: MarkdownWriter): HtmlFacts {
  const reader = new HtmlReader(writer)
  const parser = new Parser(
    {
      onopentagname: () => reader.countAttributes(),
      onattribute: () => reader.countAttribute(),
      onopentag: (name, attributes) => reader.open(name, attributes),
      onclosetag: (name) => reader.close(name),
      ontext: (text) => reader.text(text),
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return reader.end()
}

interface List {
  readonly isOrdered: boolean
  next: number
}

class HtmlReader {
  readonly #writer: MarkdownWriter
  readonly #inline = new InlineText()
  readonly #lists: List[] = []
  readonly #tables: HtmlTable[] = []
  #depth = 0
  #attributes = 0
  /** Elements open within one that is left out, itself included. */
  #leftOut = 0
  #pre: { text: string; language: string } | undefined
  #isTitle = false
  #title = ''
  #author: string | undefined
  /** An item whose first text has not come yet. */
  #item: { readonly depth: number; readonly number: number | undefined } | undefined
  #heading = 0

  constructor(writer: MarkdownWriter) {
    this.#writer = writer
  }

  countAttributes(): void {
    this.#attributes = 0
  }

  countAttribute(): void {
    if (++this.#attributes > CONVERSION_LIMITS.attributesMax)
      throw new UnfitDocument(`an element of it has more than ${CONVERSION_LIMITS.attributesMax} attributes`)
  }

  open(name: string, attributes: Attributes): void {
    if (++this.#depth > CONVERSION_LIMITS.depthMax)
      throw new UnfitDocument(`its elements are more than ${CONVERSION_LIMITS.depthMax} deep in one another`)
    if (this.#leftOut > 0 || isLeftOut(name, attributes)) this.#leftOut++
    else if (this.#pre) this.#openInPre(name, attributes)
    else this.#open(name, attributes)
  }

  close(name: string): void {
    this.#depth--
    if (this.#leftOut > 0) this.#leftOut--
    else if (this.#pre) this.#closeInPre(name)
    else this.#close(name)
  }

  text(text: string): void {
    if (this.#leftOut > 0) return
    if (this.#isTitle) {
      if (this.#title.length < CONVERSION_LIMITS.labelLengthMax) this.#title += text
    } else if (this.#pre) this.#pre.text += text
    else this.#inline.add(text)
  }

  end(): HtmlFacts {
    this.#flush()
    while (this.#tables.length > 0) this.#closeTable()
    return { title: toLabel(this.#title), author: toLabel(this.#author) }
  }

  #open(name: string, attributes: Attributes): void {
    if (isBlock(name)) this.#flush()
    if (isStructure(name)) this.#dissolveTable()
    const mark = markOf(name)
    if (mark) this.#inline.open(mark, attributes.href)
    else if (Object.hasOwn(OPEN, name)) OPEN[name]?.(this.#acts, attributes)
  }

  #close(name: string): void {
    const mark = markOf(name)
    if (mark) this.#inline.close(mark)
    else if (isBlock(name)) this.#flush()
    if (Object.hasOwn(CLOSE, name)) CLOSE[name]?.(this.#acts)
  }

  #openInPre(name: string, { class: classes }: Attributes): void {
    if (!this.#pre) return
    if (name === 'br') this.#pre.text += '\n'
    if (name === 'code') this.#pre.language ||= languageOf(classes)
  }

  #closeInPre(name: string): void {
    if (name !== 'pre' || !this.#pre) return
    const { text, language } = this.#pre
    this.#pre = undefined
    this.#writer.code(text, language)
  }

  /** Ends the block that is being read. */
  #flush(): void {
    const text = this.#inline.take()
    const table = this.#tables.at(-1)
    if (text === '') return
    if (table?.isInCell && !table.isLayout) table.add(text)
    else if (this.#heading > 0) this.#writer.heading(this.#heading, text)
    else if (this.#item) {
      this.#writer.item(this.#item, text)
      this.#item = undefined
    } else this.#writer.paragraph(text)
  }

  /** What is in the open table so far turns out to be parts of the page. */
  #dissolveTable(): void {
    const table = this.#tables.at(-1)
    if (!table?.isInCell || table.isLayout) return
    const { rows, cells } = table.dissolve()
    if (rows.length > 0) this.#writer.table(rows)
    for (const cell of cells) this.#writer.paragraph(cell)
  }

  #closeTable(): void {
    const table = this.#tables.pop()
    table?.closeRow()
    if (table && table.rows.length > 0 && !table.isLayout) this.#writer.table(table.rows)
  }

  /** What elements do, in the words of a page. */
  readonly #acts: HtmlActs = {
    break: () => this.#inline.break(),
    image: (alt) => this.#inline.add(alt),
    heading: (level) => {
      this.#heading = level
    },
    quote: () => this.#writer.quote(),
    unquote: () => this.#writer.unquote(),
    rule: () => this.#writer.rule(),
    pre: (language) => {
      this.#pre = { text: '', language }
    },
    list: (isOrdered, start) => {
      this.#lists.push({ isOrdered, next: start })
    },
    endList: () => {
      this.#lists.pop()
      this.#writer.indent(this.#lists.length)
    },
    item: () => {
      const list = this.#lists.at(-1)
      const number = list?.isOrdered ? list.next++ : undefined
      this.#item = { depth: Math.max(0, this.#lists.length - 1), number }
      this.#writer.indent(this.#lists.length)
    },
    endItem: () => {
      this.#item = undefined
      this.#writer.indent(Math.max(0, this.#lists.length))
    },
    table: (isLayout) => {
      this.#tables.push(new HtmlTable(isLayout))
    },
    endTable: () => this.#closeTable(),
    endRow: () => this.#tables.at(-1)?.closeRow(),
    cell: (columns, rows) => this.#tables.at(-1)?.openCell(columns, rows),
    endCell: () => this.#tables.at(-1)?.closeCell(),
    title: (isOpen) => {
      this.#isTitle = isOpen
    },
    author: (name) => {
      this.#author ??= name
    },
  }
}

interface HtmlActs {
  readonly break: () => void
  readonly image: (alt: string) => void
  /** 0 ends the heading. */
  readonly heading: (level: number) => void
  readonly quote: () => void
  readonly unquote: () => void
  readonly rule: () => void
  readonly pre: (language: string) => void
  readonly list: (isOrdered: boolean, start: number) => void
  readonly endList: () => void
  readonly item: () => void
  readonly endItem: () => void
  readonly table: (isLayout: boolean) => void
  readonly endTable: () => void
  readonly endRow: () => void
  readonly cell: (columns: string | undefined, rows: string | undefined) => void
  readonly endCell: () => void
  readonly title: (isOpen: boolean) => void
  readonly author: (name: string) => void
}

const HEADINGS = [1, 2, 3, 4, 5, 6]
const cell = (acts: HtmlActs, { colspan, rowspan }: Attributes): void => acts.cell(colspan, rowspan)
const list = (acts: HtmlActs): void => acts.list(false, 1)

const OPEN: Readonly<Record<string, (acts: HtmlActs, attributes: Attributes) => void>> = {
  ...Object.fromEntries(HEADINGS.map((level) => [`h${level}`, (acts: HtmlActs) => acts.heading(level)])),
  br: (acts) => acts.break(),
  img: (acts, { alt = '' }) => acts.image(alt),
  blockquote: (acts) => acts.quote(),
  hr: (acts) => acts.rule(),
  pre: (acts, attributes) => acts.pre(languageOf(attributes.class)),
  ul: list,
  menu: list,
  ol: (acts, { start }) => acts.list(true, /^\d{1,6}$/.test(start ?? '') ? Number(start) : 1),
  li: (acts) => acts.item(),
  table: (acts, { role }) => acts.table(role === 'presentation' || role === 'none'),
  td: cell,
  th: cell,
  title: (acts) => acts.title(true),
  meta: (acts, { name, content }) => {
    if (name?.toLowerCase() === 'author' && content) acts.author(content)
  },
}

const CLOSE: Readonly<Record<string, (acts: HtmlActs) => void>> = {
  ...Object.fromEntries(HEADINGS.map((level) => [`h${level}`, (acts: HtmlActs) => acts.heading(0)])),
  blockquote: (acts) => acts.unquote(),
  ul: (acts) => acts.endList(),
  ol: (acts) => acts.endList(),
  menu: (acts) => acts.endList(),
  li: (acts) => acts.endItem(),
  table: (acts) => acts.endTable(),
  tr: (acts) => acts.endRow(),
  td: (acts) => acts.endCell(),
  th: (acts) => acts.endCell(),
  title: (acts) => acts.title(false),
}

/** `class="language-ts"`, as highlighters mark code. */
const languageOf = (classes: string | undefined): string =>
  /\b(?:language|lang)-([\w+#-]{1,30})/.exec(classes ?? '')?.[1] ?? ''
