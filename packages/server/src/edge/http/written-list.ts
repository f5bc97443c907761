/**
 * A list of an answer that may be long: its items are written when their turn comes, without an object for each. Any
 * other reader of the answer finds the list that it stands for.
 */
export class WrittenList<Item> {
  readonly length: number
  readonly #list: () => Item[]
  readonly #write: (from: number, to: number) => string

  private constructor(length: number, list: () => Item[], write: (from: number, to: number) => string) {
    this.length = length
    this.#list = list
    this.#write = write
  }

  /** @param write the JSON of an item: what `JSON.stringify` makes of what `present` makes of it. */
  static of<T, Item>(
    items: readonly T[],
    present: (item: T) => Item,
    write: (item: T) => string = (item) => JSON.stringify(present(item)),
  ): WrittenList<Item> {
    return new WrittenList(
      items.length,
      () => items.map(present),
      (from, to) => writeItems(items, from, to, write),
    )
  }

  /** JSON of the items from `from` to before `to`, with commas between. */
  write(from: number, to: number): string {
    return this.#write(from, to)
  }

  toJSON(): Item[] {
    return this.#list()
  }
}

function writeItems<T>(items: readonly T[], from: number, to: number, write: (item: T) => string): string {
  let text = ''
  for (let at = from; at < Math.min(to, items.length); at++) text += (at === from ? '' : ',') + write(items[at]!)
  return text
}
