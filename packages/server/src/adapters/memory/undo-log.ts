/**
 * What a command changed, kept so that all of it can be taken back. Values in the maps are never altered in place, so
 * putting the value before back is the whole of undoing.
 */
export class UndoLog {
  readonly #steps: (() => void)[] = []

  set<K, V extends NonNullable<unknown>>(map: Map<K, V>, key: K, value: V): void {
    this.#remember(map, key)
    map.set(key, value)
  }

  delete<K, V extends NonNullable<unknown>>(map: Map<K, V>, key: K): void {
    this.#remember(map, key)
    map.delete(key)
  }

  /** Takes everything back, the last change first. */
  rollback(): void {
    for (const step of this.#steps.reverse()) step()
    this.#steps.length = 0
  }

  #remember<K, V extends NonNullable<unknown>>(map: Map<K, V>, key: K): void {
    const before = map.get(key)
    this.#steps.push(() => {
      if (before === undefined) map.delete(key)
      else map.set(key, before)
    })
  }
}
