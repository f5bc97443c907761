import { escapeBefore, escapeText, inlineCode, link, wrap } from './markdown-text.ts'
import { collapsed, visible } from './plain-text.ts'

/** What may be around a stretch of text. */
export type InlineMark = 'strong' | 'emphasis' | 'struck' | 'code' | 'link' | 'quoted'

const WRITE: Readonly<Record<InlineMark, (text: string, href?: string) => string>> = {
  strong: (text) => wrap('**', text),
  emphasis: (text) => wrap('*', text),
  struck: (text) => wrap('~~', text),
  quoted: (text) => `“${text}”`,
  code: (text) => text,
  link,
}

interface OpenMark {
  readonly mark: InlineMark
  readonly start: number
  readonly href: string | undefined
}

/** Further marks inside one another change nothing. */
const MARKS_MAX = 16

/** The text of one block as it comes in, with its marks. */
export class InlineText {
  /** As it came, since what is to be escaped may come in pieces. */
  #raw: string[] = []
  #fragments: string[] = []
  #open: OpenMark[] = []
  #ignored = 0

  get isCode(): boolean {
    return this.#open.some(({ mark }) => mark === 'code')
  }

  /** Text of the document. Any white space is a space. */
  add(text: string): void {
    this.#raw.push(text)
  }

  /** Markdown as it is. */
  write(markdown: string): void {
    this.#settle()
    this.#fragments.push(markdown)
  }

  break(): void {
    this.#settle()
    this.#fragments.push('\n')
  }

  open(mark: InlineMark, href?: string): void {
    this.#settle()
    if (this.#open.length >= MARKS_MAX) this.#ignored++
    else this.#open.push({ mark, start: this.#fragments.length, href })
  }

  /** Closes the newest mark, which is of this kind in a well-formed text. */
  close(mark: InlineMark): void {
    this.#settle()
    if (this.#ignored > 0) {
      this.#ignored--
      return
    }
    const last = this.#open.pop()
    if (last?.mark !== mark) return
    const inner = this.#fragments.splice(last.start).join('')
    // Inside other code it is part of that.
    const isCode = mark === 'code' && !this.isCode
    this.#fragments.push(isCode ? inlineCode(inner) : this.isCode ? inner : WRITE[mark](inner, last.href))
  }

  #settle(toMarkdown = escapeBefore): void {
    if (this.#raw.length === 0) return
    const line = collapsed(visible(this.#raw.join('')))
    this.#raw = []
    this.#fragments.push(this.isCode ? line : toMarkdown(line))
  }

  /** The block's text, trimmed; what is open goes on in the next block. */
  take(): string {
    this.#settle(escapeText)
    const text = this.#fragments.join('')
    this.#fragments = []
    this.#open = this.#open.map((mark) => ({ ...mark, start: 0 }))
    return text
      .replace(/ {2,}/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim()
  }
}
