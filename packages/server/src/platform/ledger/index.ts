export {
  FIRST_PREV,
  LEAF_BYTES_MAX,
  type Leaf,
  type LedgerCategory,
  type LedgerRecord,
  leafHash,
  leafText,
  toLeaf,
} from './leaf.ts'
export type { LeafFilter, LedgerStore, StoredLeaf } from './ledger-store.ts'
