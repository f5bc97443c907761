import { InlineText } from './inline-text.ts'

/** How a run of text looks. */
export interface RunLook {
  readonly strong: boolean
  readonly emphasis: boolean
  readonly struck: boolean
}

export const PLAIN: RunLook = { strong: false, emphasis: false, struck: false }

const MARKS = ['strong', 'emphasis', 'struck'] as const

/** Text in runs: neighbours that look the same are marked as one. */
export class RunText {
  readonly inline = new InlineText()
  #look = PLAIN

  add(text: string, look: RunLook): void {
    // White space looks like what is beside it.
    if (text.trim() !== '') this.look(look)
    this.inline.add(text)
  }

  /** Closes what is open and opens what is new, so that marks lie in one another. */
  look(look: RunLook): void {
    if (MARKS.every((mark) => this.#look[mark] === look[mark])) return
    for (const mark of MARKS.toReversed()) if (this.#look[mark]) this.inline.close(mark)
    for (const mark of MARKS) if (look[mark]) this.inline.open(mark)
    this.#look = look
  }

  link(href: string | undefined, write: () => void): void {
    this.look(PLAIN)
    this.inline.open('link', href)
    write()
    this.look(PLAIN)
    this.inline.close('link')
  }

  take(): string {
    this.look(PLAIN)
    return this.inline.take()
  }
}
