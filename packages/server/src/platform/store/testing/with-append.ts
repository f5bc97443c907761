import type { UnitOfWork } from '../unit-of-work.ts'

/** The same store with another way to write. */
export function withAppend<S extends Pick<UnitOfWork, 'append'>>(store: S, append: UnitOfWork['append']): S {
  const members: Pick<UnitOfWork, 'append'> = { append }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(members, name) ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
