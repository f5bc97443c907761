import { describeGrants } from './grant.contract.ts'
import { describeOutbox } from './outbox.contract.ts'
import { describeRecordLists } from './record-lists.contract.ts'
import { describeRecords } from './records.contract.ts'
import type { StoreUnderTest } from './testing.ts'
import { describeUnitOfWork } from './unit-of-work.contract.ts'

/** What every store promises about commands and records. `open` gives a new, empty store each time. */
export function describePlatformStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describeUnitOfWork(name, open)
  describeGrants(name, open)
  describeOutbox(name, open)
  describeRecords(name, open)
  describeRecordLists(name, open)
}
