import { effectiveTrust } from '../../domain/capsules/rules/index.ts'
import { getCapsule, updateCapsule } from './capsule-rows.ts'
import { QUARANTINED } from './codes.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/**
 * What a capsule deserves from its own trust and its head's parents. `changed` overrides stored values during a walk.
 */
function deservedTrust(session: WriteSession, row: CapsuleRow, changed?: ReadonlyMap<number, number>): number {
  const parents = session.database.all<{ key: number; effective_trust: number }>(
    `SELECT c.key, c.effective_trust FROM edges e JOIN capsules c ON c.key = e.parent WHERE e.child = ? AND e.version = ?`,
    row.key,
    row.head,
  )
  return effectiveTrust({
    trust: row.trust,
    quarantined: row.status === QUARANTINED,
    parents: parents.map((parent) => changed?.get(parent.key) ?? parent.effective_trust),
    document: documentTrust(session, row, changed),
  })
}

/** Effective trust of the document that a chunk is part of. */
function documentTrust(
  session: WriteSession,
  row: CapsuleRow,
  changed?: ReadonlyMap<number, number>,
): number | undefined {
  if (row.part_of === null) return undefined
  return changed?.get(row.part_of) ?? getCapsule(session.database, row.part_of).effective_trust
}

/**
 * Gives one capsule what it deserves now, and returns it. Where that is less than before, all its descendants are lowered
 * in the same transaction; where it is more, its children are marked as unsettled and rise later.
 *
 * The revision of descendants stays: what changed them is told by the record of the cause, and a person who edits one
 * must not be refused because an ancestor lost trust.
 */
export function recomputeTrust(session: WriteSession, key: number): number {
  const row = getCapsule(session.database, key)
  const deserved = settle(session, row)
  if (deserved !== row.effective_trust) showTrust(session, row, deserved)
  return deserved
}

/** The same for a head whose slot is written after this, with the trust that is returned. */
export const trustOfNewHead = (session: WriteSession, key: number): number =>
  settle(session, getCapsule(session.database, key))

function settle(session: WriteSession, row: CapsuleRow): number {
  const deserved = deservedTrust(session, row)
  storeTrust(session, row, deserved)
  if (deserved !== row.effective_trust) settleDescendants(session, row.key, deserved)
  return deserved
}

/**
 * Recomputes descendants until nothing moves. A capsule's value is the lesser of what it had and what its parents now
 * allow; since lineage has no cycle this has one solution, which is reached in any order. Taking the oldest first
 * (children are mostly younger than parents) reaches it with about one visit a capsule.
 */
function settleDescendants(session: WriteSession, start: number, value: number): void {
  const changed = new Map([[start, value]])
  const rows = new Map<number, CapsuleRow>()
  const rising = new Set<number>()
  const queue = new OldestFirst()
  for (const child of childrenOf(session, start)) queue.add(child)
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    const row = rows.get(key) ?? getCapsule(session.database, key)
    rows.set(key, row)
    const deserved = deservedTrust(session, row, changed)
    if (deserved > row.effective_trust) rising.add(key)
    else rising.delete(key)
    const next = Math.min(row.effective_trust, deserved)
    if (next === (changed.get(key) ?? row.effective_trust)) continue
    changed.set(key, next)
    for (const child of childrenOf(session, key)) queue.add(child)
  }
  for (const [key, row] of rows) {
    const next = changed.get(key)
    if (next === undefined || next === row.effective_trust) continue
    storeTrust(session, row, next)
    showTrust(session, row, next)
  }
  for (const key of rising) updateCapsule(session.database, key, { unsettled: 1 })
}

/** Capsules whose head names this one as a parent, and its chunks. */
function childrenOf(session: WriteSession, parent: number): number[] {
  return session.database
    .all<{ child: number }>(
      `SELECT DISTINCT e.child FROM edges e JOIN capsules c ON c.key = e.child AND c.head = e.version WHERE e.parent = ?
       UNION SELECT key FROM capsules WHERE part_of = ?`,
      parent,
      parent,
    )
    .map(({ child }) => child)
}

function storeTrust(session: WriteSession, row: CapsuleRow, value: number): void {
  if (value === row.effective_trust && row.unsettled === 0) return
  updateCapsule(session.database, row.key, { effective_trust: value, unsettled: 0 })
}

/** Searches filter by the trust that stands in the slot. */
function showTrust(session: WriteSession, row: CapsuleRow, value: number): void {
  if (row.indexed === 0) return
  for (const space of session.spaces.columnsOf(row)) {
    session.staged.stageSlot({ kind: 'columns', space, capsule: row.key, columns: { trust: value } })
  }
}

/** A set of keys that gives up its least first: a binary heap. */
class OldestFirst {
  readonly #heap: number[] = []
  readonly #members = new Set<number>()

  add(key: number): void {
    if (this.#members.has(key)) return
    this.#members.add(key)
    let at = this.#heap.push(key) - 1
    while (at > 0 && this.#heap[(at - 1) >> 1]! > this.#heap[at]!) {
      this.#swap(at, (at - 1) >> 1)
      at = (at - 1) >> 1
    }
  }

  take(): number | undefined {
    const least = this.#heap[0]
    const last = this.#heap.pop()
    if (least === undefined || last === undefined) return undefined
    this.#members.delete(least)
    if (this.#heap.length > 0) {
      this.#heap[0] = last
      this.#sink()
    }
    return least
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const right = left + 1
      let least = at
      if (left < this.#heap.length && this.#heap[left]! < this.#heap[least]!) least = left
      if (right < this.#heap.length && this.#heap[right]! < this.#heap[least]!) least = right
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = held
  }
}
