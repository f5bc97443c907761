import { describeLedgerStore } from '../../platform/ledger/ledger-store.contract.ts'
import { describePlatformStore } from '../../platform/store/store.contract.ts'
import { createFolders, createStoreUnderTest } from './testing.ts'

const open = createStoreUnderTest(createFolders())

describePlatformStore('sqlite', open)
describeLedgerStore('sqlite', open)
