import { functionTerm, type TermVisitor, visitTerms } from '../../../domain/capsules/rules/index.ts'
import { TermStreamWriter } from './term-stream.ts'

/** What of a version is indexed. */
export interface WrittenText {
  readonly title: string | null
  readonly tags: readonly string[]
  readonly content: string
}

/** Turns what versions say into streams of terms. */
export class VersionTerms {
  readonly #stream = new TermStreamWriter()
  readonly #visitor: TermVisitor

  /** @param idOf the number of a term, which is met in this spelling. */
  constructor(idOf: (term: string, spelling: string) => number) {
    this.#visitor = {
      term: ({ stemmed, plain }) => this.#stream.term(idOf(stemmed, plain)),
      functionWord: ({ plain }) => this.#stream.functionWord(idOf(functionTerm({ plain }), plain)),
      sentenceEnd: (isQuestion) => this.#stream.sentenceEnd(isQuestion),
    }
  }

  /** The stream, which is good until the next, and the length of the text as BM25 counts it. */
  of({ title, tags, content }: WrittenText): { readonly stream: Uint8Array; readonly length: number } {
    this.#stream.begin()
    if (title !== null) visitTerms(title, this.#visitor)
    this.#stream.fieldEnd()
    for (const [at, tag] of tags.entries()) {
      if (at > 0) this.#stream.sentenceEnd(false)
      visitTerms(tag, this.#visitor)
    }
    this.#stream.fieldEnd()
    visitTerms(content, this.#visitor)
    this.#stream.fieldEnd()
    return this.#stream.end()
  }
}
