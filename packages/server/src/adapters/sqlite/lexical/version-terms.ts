import { functionTerm, partsOf, visitWords, type WordVisitor } from '../../../domain/capsules/rules/index.ts'
import { TermStreamWriter } from './term-stream.ts'
import { UNKNOWN, WordTable } from './word-table.ts'

/** What of a version is indexed. */
export interface WrittenText {
  readonly title: string | null
  readonly tags: readonly string[]
  readonly content: string
}

/** Turns what versions say into streams of terms. */
export class VersionTerms {
  readonly #stream = new TermStreamWriter()
  /** For each word its terms by their numbers; for one without meaning their complement. */
  readonly #words = new WordTable()
  readonly #idOf: (term: string, spelling: string) => number
  #text = ''
  readonly #visitor: WordVisitor = {
    word: (start, end, hash) => this.#write(start, end, hash),
    sentenceEnd: (isQuestion) => this.#stream.sentenceEnd(isQuestion),
  }

  /** @param idOf the number of a term, which is met in this spelling. */
  constructor(idOf: (term: string, spelling: string) => number) {
    this.#idOf = idOf
  }

  /** The stream, which is good until the next, and the length of the text as BM25 counts it. */
  of({ title, tags, content }: WrittenText): { readonly stream: Uint8Array; readonly length: number } {
    this.#stream.begin()
    if (title !== null) this.#visit(title)
    this.#stream.fieldEnd()
    for (const [at, tag] of tags.entries()) {
      if (at > 0) this.#stream.sentenceEnd(false)
      this.#visit(tag)
    }
    this.#stream.fieldEnd()
    this.#visit(content)
    this.#stream.fieldEnd()
    return this.#stream.end()
  }

  /** To be called when numbers of terms have become others. */
  forget(): void {
    this.#words.clear()
  }

  #visit(text: string): void {
    this.#text = text
    visitWords(text, this.#visitor)
    this.#text = ''
  }

  #write(start: number, end: number, hash: number): void {
    const entry = this.#words.find(this.#text, start, end, hash)
    if (entry === UNKNOWN) {
      for (const term of this.#learn(start, end, hash)) this.#put(term)
    } else {
      const count = this.#words.count(entry)
      for (let at = 0; at < count; at++) this.#put(this.#words.number(entry, at))
    }
  }

  #put(term: number): void {
    if (term < 0) this.#stream.functionWord(~term)
    else this.#stream.term(term)
  }

  #learn(start: number, end: number, hash: number): readonly number[] {
    const terms = partsOf(this.#text.slice(start, end)).map(({ plain, stemmed, isStop }) =>
      isStop ? ~this.#idOf(functionTerm({ plain }), plain) : this.#idOf(stemmed, plain),
    )
    this.#words.add(this.#text, start, end, hash, terms)
    return terms
  }
}
