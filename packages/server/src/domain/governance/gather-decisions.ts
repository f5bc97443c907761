import { type DecisionRow, inputDigest, tellDecision } from './decision-row.ts'

/** Groups of equal decisions in one entry of the log, and bytes of what it says of them: with all around them an entry has 65,535. */
const GROUPS_PER_ENTRY = 100
const ENTRY_BYTES = 48 * 1024

/** What an entry of the log says of a row. */
export const tellGathered = (row: DecisionRow) => ({
  ...tellDecision(row),
  ...{ subject: row.subject, first: row.first, count: row.count, inputs: inputDigest(row) },
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
