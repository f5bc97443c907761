/** Gives what `make` made at the first call: for what few starts need, so that the others need not wait for it. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
