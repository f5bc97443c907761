import type { Database } from './database.ts'

const DEPTH = 'SELECT depth FROM capsules WHERE key = ?'
const ABOVE = 'SELECT max(p.depth) + 1 AS depth FROM edges e JOIN capsules p ON p.key = e.parent WHERE e.child = ?'

/**
 * Gives a capsule that got parents its depth, and everything that derives from it. Edges are never taken away, so a depth
 * only grows; oldest first, since children are mostly younger than their parents, which visits each about once.
 */
export function raiseDepth(database: Database, start: number): void {
  const waiting = new Set([start])
  while (waiting.size > 0) {
    const key = Math.min(...takeSome(waiting))
    waiting.delete(key)
    const before = database.get<{ depth: number }>(DEPTH, key)?.depth ?? 0
    const depth = database.get<{ depth: number | null }>(ABOVE, key)?.depth ?? 0
    if (depth <= before) continue
    database.run('UPDATE capsules SET depth = ? WHERE key = ?', depth, key)
    const children = database.all<{ child: number }>('SELECT DISTINCT child FROM edges WHERE parent = ?', key)
    for (const { child } of children) waiting.add(child)
  }
}

/** Looked at for the oldest; in a broad lineage all of them would cost more than a second visit. */
const LOOKED_AT = 64

function takeSome(keys: ReadonlySet<number>): number[] {
  const some: number[] = []
  for (const key of keys) {
    some.push(key)
    if (some.length === LOOKED_AT) break
  }
  return some
}
