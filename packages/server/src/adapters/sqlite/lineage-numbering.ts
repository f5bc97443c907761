/** No row, no number. */
export const NONE = -1

/** Numbers small integers in the order in which they are named, from 0 on: far faster than a map. */
export class Numbering {
  /** What was named, each at its number. */
  readonly named: number[] = []
  /** By what was named; as long as the greatest of them, and kept from one time to the next. */
  readonly #numbers: number[] = []

  /** `NONE` for what was not named. */
  find(name: number): number {
    return name < this.#numbers.length ? this.#numbers[name]! : NONE
  }

  /** The number of a name, which is the next one when it has none. */
  numberOf(name: number): number {
    const known = this.find(name)
    if (known !== NONE) return known
    while (this.#numbers.length <= name) this.#numbers.push(NONE)
    this.#numbers[name] = this.named.length
    return this.named.push(name) - 1
  }

  /** Begins anew; takes time in proportion to what was named. */
  clear(): void {
    for (const name of this.named) this.#numbers[name] = NONE
    this.named.length = 0
  }
}
