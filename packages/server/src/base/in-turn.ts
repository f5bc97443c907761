const QUEUES = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * Does work after all that was begun before it for the same key, however that ended: what it counts is what there is.
 *
 * @param place what the keys are of; nothing is kept of it beyond its own life.
 */
export function inTurn<T>(place: object, key: string, work: () => Promise<T>): Promise<T> {
  const queues = QUEUES.get(place) ?? new Map<string, Promise<unknown>>()
  QUEUES.set(place, queues)
  const done = Promise.allSettled([queues.get(key)]).then(work)
  const last = Promise.allSettled([done]).then(() => {
    if (queues.get(key) === last) queues.delete(key)
  })
  queues.set(key, last)
  return done
}
