import type { LedgerStore } from '#ledger'
import type { Records, UnitOfWork } from '#store'
import type { CapsuleStore } from './capsules/capsule-store.ts'

/** The whole of a backend: three ports joined by one way to write. */
export interface Store extends UnitOfWork {
  readonly capsules: CapsuleStore
  readonly ledger: LedgerStore
  readonly records: Records
}
