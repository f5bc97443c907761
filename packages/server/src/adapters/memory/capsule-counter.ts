import { type CapsuleCounts, SCOPES_COUNTED_MAX, type ScopeTally, tally, trustLevel } from '#capsules'
import { type CapsuleRow, headOf, type MemoryState } from './memory-state.ts'
import { vectorOf } from './spaces.ts'

/** Counts what there is, everything anew each time. */
export function countCapsules(state: MemoryState): CapsuleCounts {
  const rows = [...state.capsules.values()]
  const by = (name: (row: CapsuleRow) => string | undefined) =>
    tally(rows.map((row) => ({ name: name(row), capsules: 1, bytes: bytesOf(row) })))
  const scopes = scopesOf(rows)
  return {
    capsules: rows.length,
    chunks: rows.filter((row) => headOf(row).partOf !== null).length,
    versions: rows.reduce((sum, { versions }) => sum + versions.length, 0),
    contentBytes: rows.reduce((sum, row) => sum + bytesOf(row), 0),
    byStatus: by(({ status }) => status),
    byType: by((row) => headOf(row).type),
    byTrustLevel: by(({ effectiveTrust }) => trustLevel(effectiveTrust)),
    byEmbeddingModel: by((row) => (headOf(row).indexed ? vectorOf(state, headOf(row))?.model : undefined)),
    scopes: scopes.length,
    byScope: scopes.slice(0, SCOPES_COUNTED_MAX),
    lineage: lineageOf(state, rows),
    sequence: state.leaves.length - 1,
  }
}

const bytesOf = ({ versions }: CapsuleRow): number =>
  versions.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)

function scopesOf(rows: readonly CapsuleRow[]): readonly ScopeTally[] {
  const scopes = new Map<string, ScopeTally>()
  for (const row of rows) {
    const { identity, lane, fold } = headOf(row)
    const key = JSON.stringify([identity, lane, fold])
    const { capsules, bytes } = scopes.get(key) ?? { capsules: 0, bytes: 0 }
    scopes.set(key, { identity, lane, fold, capsules: capsules + 1, bytes: bytes + bytesOf(row) })
  }
  return [...scopes.values()].sort((a, b) => b.capsules - a.capsules)
}

/** Parents are there before their children are, or become so by a version: depths are followed until none grows. */
function lineageOf(state: MemoryState, rows: readonly CapsuleRow[]): CapsuleCounts['lineage'] {
  const depths = new Map<string, number>()
  const queue = rows.map(({ id }) => id)
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const below = (depths.get(id) ?? 0) + 1
    for (const child of state.children.get(id) ?? []) {
      if ((depths.get(child) ?? 0) >= below) continue
      depths.set(child, below)
      queue.push(child)
    }
  }
  const whole = rows.filter((row) => headOf(row).partOf === null).map(({ id }) => depths.get(id) ?? 0)
  const sum = whole.reduce((total, depth) => total + depth, 0)
  return {
    derived: whole.filter((depth) => depth > 0).length,
    depthMean: whole.length === 0 ? 0 : sum / whole.length,
    depthMax: whole.reduce((most, depth) => Math.max(most, depth), 0),
  }
}
