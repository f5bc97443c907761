/** Texts of lineages (versions, titles, reasons), each kept once and known by its number; null is one of them. */
export class Words {
  readonly texts: (string | null)[] = []
  readonly #numbers = new Map<string | null, number>()
  #chars = 0

  /** UTF-16 units of all texts. */
  get chars(): number {
    return this.#chars
  }

  numberOf(text: string | null): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.texts.length)
    this.#chars += text?.length ?? 0
    return this.texts.push(text) - 1
  }
}
