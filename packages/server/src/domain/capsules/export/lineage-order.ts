/** Capsules in an order in which each comes after those it rests upon, and those for which there is none. */
export interface LineageOrder {
  readonly ids: readonly string[]
  /** They rest upon each other in a circle. */
  readonly circular: ReadonlySet<string>
}

/**
 * Orders capsules by what each rests upon (parents, the document of a chunk); otherwise they stay as they are. What is
 * not among `ids` is passed over. Without recursion: a chain may be as long as there are capsules.
 */
export function orderByLineage(ids: readonly string[], restsUpon: (id: string) => Iterable<string>): LineageOrder {
  const all = new Set(ids)
  const done = new Set<string>()
  const circular = new Set<string>()
  for (const id of ids) visit(id, { all, done, circular, restsUpon })
  return { ids: [...done].filter((id) => !circular.has(id)), circular }
}

interface Walk {
  readonly all: ReadonlySet<string>
  readonly done: Set<string>
  readonly circular: Set<string>
  readonly restsUpon: (id: string) => Iterable<string>
}

function visit(start: string, { all, done, circular, restsUpon }: Walk): void {
  const way = [{ id: start, rest: restsUpon(start)[Symbol.iterator]() }]
  const onWay = new Set([start])
  if (done.has(start)) return
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const next = top.rest.next()
    if (next.done) {
      way.pop()
      onWay.delete(top.id)
      done.add(top.id)
    } else if (onWay.has(next.value)) {
      for (const { id } of way.slice(way.findIndex(({ id }) => id === next.value))) circular.add(id)
    } else if (all.has(next.value) && !done.has(next.value)) {
      onWay.add(next.value)
      way.push({ id: next.value, rest: restsUpon(next.value)[Symbol.iterator]() })
    }
  }
}
