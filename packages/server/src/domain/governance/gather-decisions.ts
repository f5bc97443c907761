import { canonicalJson } from '#base'
import { type DecisionRow, inputDigest, tellDecision } from './decision-row.ts'
import type { Decided } from './gate.ts'

/** Decisions of one row lie no further apart, in milliseconds; what looks for one goes back by as much. */
export const GATHERED_MS = 30_000
const IDS_PER_GROUP = 500
/** Groups of equal decisions in one entry of the log, and bytes of what it says of them: with all around them an entry has 65,535. */
const GROUPS_PER_ENTRY = 100
const ENTRY_BYTES = 48 * 1024

/** Those that were made from the same stand together, in the order of their ids: the first is the oldest. */
export function groupEqual(decisions: readonly Decided[]): Decided[][] {
  const groups: Decided[][] = []
  const open = new Map<string, Decided[]>()
  for (const decided of decisions.toSorted(byId)) {
    const same = canonicalJson(decided.input)
    const group = open.get(same)
    const [first] = group ?? []
    if (group && first && group.length < IDS_PER_GROUP && isNear(first, decided)) group.push(decided)
    else {
      const begun = [decided]
      open.set(same, begun)
      groups.push(begun)
    }
  }
  return groups
}

const byId = (one: Decided, other: Decided): number => (one.decisionId < other.decisionId ? -1 : 1)
const isNear = (one: Decided, other: Decided): boolean => Math.abs(other.decidedAt - one.decidedAt) <= GATHERED_MS

/** What an entry of the log says of a row. */
export const tellGathered = (row: DecisionRow) => ({
  ...tellDecision(row),
  ...{ subject: row.subject, ids: row.ids, inputs: inputDigest(row) },
})

/** The rows that one entry of the log can tell of, again and again until none is left. */
export function packRows(rows: readonly DecisionRow[]): DecisionRow[][] {
  const packs: DecisionRow[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(tellGathered(row)))
    const last = packs.at(-1)
    if (last && last.length < GROUPS_PER_ENTRY && bytes + size <= ENTRY_BYTES) last.push(row)
    else {
      packs.push([row])
      bytes = 0
    }
    bytes += size
  }
  return packs
}
