/** Lines and columns of a text, found without going through it again. */
export class TextPlaces {
  /** Where each line begins. */
  readonly #starts: readonly number[]

  constructor(text: string) {
    this.#starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  }

  /** Line and column, both from 1, of the place `at`; the column in UTF-16 units. */
  of(at: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= at) low = middle
      else high = middle
    }
    return { line: low + 1, column: at - this.#starts[low]! + 1 }
  }
}
