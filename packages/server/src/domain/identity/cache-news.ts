type Forget = (id: string) => void

const LISTENERS = new WeakMap<object, Set<Forget>>()

/** Has `forget` called with the id of whatever is changed in a store, by whichever registry of this process. */
export function onChanged(store: object, forget: Forget): void {
  const listeners = LISTENERS.get(store) ?? new Set()
  LISTENERS.set(store, listeners.add(forget))
}

/** Has every cache over the store read this id anew. Called when the change is stored. */
export function tellChanged(store: object, id: string): void {
  for (const forget of LISTENERS.get(store) ?? []) forget(id)
}
