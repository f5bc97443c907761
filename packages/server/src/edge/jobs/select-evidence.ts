import { EVIDENCE_LIMITS, type EvidenceQuery } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Leaf, LedgerStore, StoredCheckpoint } from '#ledger'
import { assertMeant, isBefore, leafFilterOf, matchesLeaf } from '../leaf-query.ts'

/** What a report says of an entry. */
export type ToldEntry = Pick<Leaf, 'index' | 'time' | 'category' | 'type' | 'subject' | 'actor' | 'correlation_id'>

const LOOKED_AT_ONCE = 1000
/** What an entry takes in a bundle beside its own bytes, its checkpoint and the hashes of its proof, and a hash as text. */
const ENTRY_OVERHEAD_BYTES = 1000
const HASH_LINE_BYTES = 45
/** Left for what is in each bundle. */
const OTHER_FILES_BYTES = 16 * 1024 * 1024

/**
 * The entries below the checkpoint that are asked for, oldest first.
 *
 * @throws CascadeError VALIDATION_FAILED as `assertMeant`, UNPROCESSABLE for more than a bundle holds, and the reason of
 *   `signal`.
 */
export async function selectEvidence(
  ledger: Pick<LedgerStore, 'list' | 'find'>,
  query: EvidenceQuery,
  { size, note }: StoredCheckpoint,
  signal: AbortSignal,
): Promise<readonly ToldEntry[]> {
  assertMeant(query)
  const selected: ToldEntry[] = []
  const overhead = ENTRY_OVERHEAD_BYTES + note.length + HASH_LINE_BYTES * Math.ceil(Math.log2(size + 1))
  let bytes = OTHER_FILES_BYTES
  let before = query.until === undefined ? size : await firstAt(ledger, query.until, size)
  while (before > 0) {
    signal.throwIfAborted()
    const page = await ledger.list(leafFilterOf(query), { limit: LOOKED_AT_ONCE, before })
    for (const entry of page) {
      if (isBefore(entry, query.since)) return selected.reverse()
      before = entry.leaf.index
      if (!matchesLeaf(entry, query)) continue
      const { index, time, category, type, subject, actor, correlation_id } = entry.leaf
      selected.push({ index, time, category, type, subject, actor, correlation_id })
      bytes += Buffer.byteLength(entry.text) + overhead
      requireRoom(selected.length, bytes)
    }
    if (page.length < LOOKED_AT_ONCE) break
  }
  return selected.reverse()
}

/** The first entry at or after a moment: times never run backwards. */
async function firstAt(ledger: Pick<LedgerStore, 'find'>, time: string, size: number): Promise<number> {
  const at = Date.parse(time)
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const entry = await ledger.find(middle)
    if (!entry) throw new CascadeError('DATA_CORRUPT', `Entry ${middle} of the log is missing.`)
    if (Date.parse(entry.leaf.time) < at) low = middle + 1
    else high = middle
  }
  return low
}

function requireRoom(entries: number, bytes: number): void {
  const { entriesMax, bytesMax } = EVIDENCE_LIMITS
  if (entries <= entriesMax && bytes <= bytesMax) return
  throw new CascadeError(
    'UNPROCESSABLE',
    `More match than a bundle holds, which is ${entriesMax} entries and ${bytesMax} bytes: ask for a shorter time, or for less.`,
  )
}
