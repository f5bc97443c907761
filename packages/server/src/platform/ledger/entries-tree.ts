import { CascadeError } from '#base'
import type { LedgerStore, TreeHead } from './ledger-store.ts'
import { GrowingTiles, HASH_BYTES } from './merkle/index.ts'
import type { SignedLog } from './signed-log.ts'

/** Entries that are read at once. */
const PAGE_ENTRIES = 1000

/**
 * A log with the tree that its entries make, whatever the store keeps of it: to be compared with what was signed before that
 * is replaced. Nothing is written. Each question walks along the entries.
 *
 * @param head index of the newest entry.
 */
export const treeOfEntries = (
  ledger: Pick<LedgerStore, 'rawRange' | 'checkpoint'>,
  head: number,
): SignedLog['ledger'] => ({
  grow: () => headOf(ledger, head + 1),
  rootAt: async (size) => (await headOf(ledger, size)).root,
  checkpoint: (origin) => ledger.checkpoint(origin),
})

/** @throws CascadeError DATA_CORRUPT where an entry, or its hash, is missing. */
async function headOf(ledger: Pick<LedgerStore, 'rawRange'>, size: number): Promise<TreeHead> {
  const tiles = new GrowingTiles()
  while (tiles.size < size) {
    const page = await ledger.rawRange(tiles.size, Math.min(PAGE_ENTRIES, size - tiles.size))
    if (page.length === 0) throw lost(tiles.size)
    for (const { index, hash } of page) {
      if (index !== tiles.size || hash.length !== HASH_BYTES) throw lost(tiles.size)
      tiles.append(hash)
    }
  }
  return { size, root: tiles.root() }
}

const lost = (index: number): CascadeError =>
  new CascadeError('DATA_CORRUPT', `entry ${index} of the log, or its hash, is missing`)
